import { networkError } from "./network-error";
import { readTimeout } from "./send";

/**
 * The body as text, at most `limitBytes` of it: what a server says in an error must not fill the
 * memory.
 * @returns `whole: false` where there was more
 * @throws AppError connection-cut, timeout-exceeded
 */
export async function readText(
  response: Response,
  limitBytes = 64 * 1024,
): Promise<{ text: string; whole: boolean }> {
  if (!response.body) return { text: "", whole: true };
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  let received = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), whole: true };
      const room = limitBytes - received;
      if (value.byteLength > room) {
        text += decoder.decode(value.subarray(0, room));
        await reader.cancel();
        return { text, whole: false };
      }
      received += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (["AbortError", "TimeoutError"].includes((error as Error)?.name)) throw error;
    throw networkError(error, response.url, readTimeout());
  }
}
