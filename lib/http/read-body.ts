import { AppError } from "@/lib/errors";

/**
 * The body as text. One that is larger than `limitBytes` is refused by its announced length, else
 * as soon as it has grown beyond: whoever sends must not decide how much memory that takes.
 * @throws AppError config-too-large
 */
export async function readBody(request: Request, limitBytes: number): Promise<string> {
  const kilobytes = limitBytes / 1024;
  const limit = kilobytes < 1024 ? `${kilobytes} KB` : `${kilobytes / 1024} MB`;
  const tooLarge = () => new AppError("config-too-large", { limit });
  if (Number(request.headers.get("content-length")) > limitBytes) throw tooLarge();
  if (!request.body) return "";
  const reader = request.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    received += value.byteLength;
    if (received > limitBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}
