import { AppError } from "@/lib/errors";

/** Did the server refuse the token, rather than us? */
const isTokenRefused = (error: unknown): boolean =>
  error instanceof AppError &&
  (error.code === "access-refused" || error.code === "download-refused") &&
  Number(error.params.status) === 401;

/**
 * Does a request with an access token, and once more with a fresh one where the server answers 401:
 * tokens live five minutes (SMART App Launch, Backend Services), exports live hours.
 * @param authorize null: the server is open
 */
export async function withToken<T>(
  authorize: (options?: { fresh?: boolean }) => Promise<string | null>,
  request: (token: string | null) => Promise<T>,
): Promise<T> {
  const token = await authorize();
  try {
    return await request(token);
  } catch (error) {
    if (token === null || !isTokenRefused(error)) throw error;
    return await request(await authorize({ fresh: true }));
  }
}

/**
 * May the token go to this file? Only where the manifest demands it, and only to the server that it
 * is for, under the addresses that we were given (a link in a manifest may lead anywhere).
 */
export function needsToken(
  url: string,
  job: { requiresAccessToken: boolean; fhirBaseUrl: string; statusUrl: string | null },
): boolean {
  if (!job.requiresAccessToken || !URL.canParse(url)) return false;
  const { origin } = new URL(url);
  return [job.fhirBaseUrl, job.statusUrl].some(
    (ours) => ours !== null && URL.canParse(ours) && new URL(ours).origin === origin,
  );
}
