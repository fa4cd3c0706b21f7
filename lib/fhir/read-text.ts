import { AppError } from "@/lib/errors";
import { networkError } from "./network-error";
import { readTimeout } from "./send";

/** A server that sends less in a second, over all of the body, keeps us waiting on purpose or for ever. */
const fewestBytesASecond = 4 * 1024;

/**
 * The body as text, at most `limitBytes` of it: what a server says in an error must not fill the
 * memory, nor one that drips keep us for ever: it has the read timeout and a second for every 4 KB.
 * @returns `whole: false` where there was more; bytes: how many were taken
 * @throws AppError connection-cut, timeout-exceeded
 */
export async function readText(
  response: Response,
  limitBytes = 64 * 1024,
): Promise<{ text: string; whole: boolean; bytes: number }> {
  if (!response.body) return { text: "", whole: true, bytes: 0 };
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  let received = 0;
  const begun = performance.now();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), whole: true, bytes: received };
      const room = limitBytes - received;
      if (value.byteLength > room) {
        text += decoder.decode(value.subarray(0, room));
        await reader.cancel();
        return { text, whole: false, bytes: limitBytes };
      }
      received += value.byteLength;
      const seconds = (performance.now() - begun) / 1_000;
      if (seconds > readTimeout() / 1_000 + received / fewestBytesASecond) {
        await reader.cancel();
        const what = new URL(response.url).host;
        throw new AppError("timeout-exceeded", { what, seconds: Math.round(seconds) });
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (["AbortError", "TimeoutError"].includes((error as Error)?.name)) throw error;
    throw networkError(error, response.url, readTimeout());
  }
}
