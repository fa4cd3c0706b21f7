import { createReadStream } from "node:fs";

const newline = 0x0a;

/** How many line breaks stand in the first `bytes` bytes of a file: where line numbers go on. */
export async function lineBreaksBefore(path: string, bytes: number): Promise<number> {
  if (bytes === 0) return 0;
  let breaks = 0;
  for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 })) {
    const buffer = chunk as Buffer;
    for (let at = buffer.indexOf(newline); at !== -1; at = buffer.indexOf(newline, at + 1)) {
      breaks += 1;
    }
  }
  return breaks;
}
