import { AppError } from "@/lib/errors";

/** Did the server refuse the token, rather than us? */
const isTokenRefused = (error: unknown): boolean =>
  error instanceof AppError &&
  (error.code === "access-refused" || error.code === "download-refused") &&
  Number(error.params.status) === 401;

/**
 * Does a request with an access token, and once more with a fresh one where the server answers 401:
 * tokens live five minutes (SMART App Launch, Backend Services), exports live hours.
 * @param authorize null: the server is open, or the request goes to a host that must not get the token;
 *   asked anew (fresh) it then says so
 */
export async function withToken<T>(
  authorize: (options?: { fresh?: boolean }) => Promise<string | null>,
  request: (token: string | null) => Promise<T>,
): Promise<T> {
  const token = await authorize();
  try {
    return await request(token);
  } catch (error) {
    if (!isTokenRefused(error)) throw error;
    const another = await authorize({ fresh: true });
    if (another === null) throw error;
    return await request(another);
  }
}
