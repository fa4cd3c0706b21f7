import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";

/** Up to this many lines a file is produced once more beforehand, only to tell its length. */
const lengthIsCheap = 2_000;

/** How a file goes out. */
export interface Delivery {
  lines: () => Iterable<string>;
  /** Number of lines, as far as known beforehand. */
  count: number;
  gzip: boolean;
  /** Bytes a second; as fast as the reader if undefined. */
  bytesPerSecond?: number;
  /** Break the connection in the middle of a line, halfway. */
  cut: boolean;
}

class Cut extends Error {}

async function* chunks(delivery: Delivery): AsyncGenerator<Buffer> {
  const { bytesPerSecond } = delivery;
  const size = bytesPerSecond ? Math.max(256, Math.min(65_536, bytesPerSecond / 10)) : 65_536;
  const cutAt = delivery.cut ? Math.floor(delivery.count / 2) : -1;
  let text = "";
  let number = 0;
  for (const line of delivery.lines()) {
    if (number === cutAt) {
      yield Buffer.from(text + line.slice(0, line.length >> 1));
      // Let what was written leave before the connection goes.
      await delay(50);
      throw new Cut();
    }
    number += 1;
    text += `${line}\n`;
    if (text.length < size) continue;
    const buffer = Buffer.from(text);
    text = "";
    if (!bytesPerSecond) {
      yield buffer;
      continue;
    }
    for (let from = 0; from < buffer.length; from += size) {
      const part = buffer.subarray(from, from + size);
      yield part;
      await delay((part.length / bytesPerSecond) * 1000);
    }
  }
  if (text) yield Buffer.from(text);
}

/**
 * Streams NDJSON into a response with back-pressure: a slow reader stops the making of lines, and
 * no file is ever whole in memory.
 */
export async function sendFile(response: ServerResponse, delivery: Delivery): Promise<void> {
  response.statusCode = 200;
  response.setHeader("Content-Type", "application/fhir+ndjson");
  response.setHeader("Content-Disposition", "attachment");
  response.setHeader("Vary", "Accept-Encoding");
  if (delivery.gzip) response.setHeader("Content-Encoding", "gzip");
  else if (delivery.count <= lengthIsCheap) {
    let length = 0;
    for (const line of delivery.lines()) length += Buffer.byteLength(line) + 1;
    response.setHeader("Content-Length", length);
  }
  const source = Readable.from(chunks(delivery), { objectMode: false, highWaterMark: 65_536 });
  try {
    if (delivery.gzip)
      await pipeline(source, createGzip({ level: 1, flush: constants.Z_NO_FLUSH }), response);
    else await pipeline(source, response);
  } catch (error) {
    response.destroy();
    const gone = ["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE"];
    // A reader who left is its own business; anything else is a fault of the sandbox.
    if (error instanceof Cut || gone.includes((error as NodeJS.ErrnoException).code ?? "")) return;
    throw error;
  }
}
