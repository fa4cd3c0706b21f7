import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import type { FaultSettings } from "./fault-settings";

/** Up to this many lines a file is produced once more beforehand, only to tell its length. */
const lengthIsCheap = 2_000;

/** How a file goes out. */
export interface Delivery {
  lines: () => Iterable<string>;
  /** Number of lines, as far as known beforehand. */
  count: number;
  gzip: boolean;
  /** The request's Range and If-Range. */
  range?: string | undefined;
  ifRange?: string | undefined;
  /** null: none is told. */
  etag: string | null;
  faults: Pick<
    FaultSettings,
    "cutAfterBytes" | "fileContentType" | "lineEnd" | "range" | "slowFiles"
  >;
  /** Break the connection halfway, or fall silent there. */
  stop: "cut" | "hang" | null;
  /** End after half of the lines as if that were all. */
  short: boolean;
}

class Cut extends Error {}

/** The file's bytes, in pieces of some 64 KB. */
function* plainBytes(delivery: Delivery): Generator<Buffer> {
  const { lineEnd } = delivery.faults;
  const end = lineEnd === "crlf" ? "\r\n" : "\n";
  const last = delivery.short ? Math.floor(delivery.count / 2) : Infinity;
  let text = "";
  let number = 0;
  for (const line of delivery.lines()) {
    if (number >= last) break;
    if (number > 0) text += end;
    number += 1;
    text += line;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (number > 0 && lineEnd !== "none") text += end;
  if (text) yield Buffer.from(text);
}

/** The bytes as they are represented: compressed or not. */
function represented(delivery: Delivery): Readable {
  const source = Readable.from(plainBytes(delivery), { objectMode: false, highWaterMark: 65_536 });
  if (!delivery.gzip) return source;
  const gzip = createGzip({ level: 1, flush: constants.Z_NO_FLUSH });
  source.once("error", (error) => gzip.destroy(error));
  gzip.once("close", () => source.destroy());
  return source.pipe(gzip);
}

async function lengthOf(delivery: Delivery): Promise<number> {
  let length = 0;
  for await (const part of represented(delivery)) length += (part as Buffer).length;
  return length;
}

/** Bytes [from, to) of a stream, at the speed and with the end that the faults ask for. */
async function* parts(
  delivery: Delivery,
  from: number,
  to: number,
  stopAt: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const speed = delivery.faults.slowFiles;
  const size = speed ? Math.max(256, Math.min(65_536, speed / 10)) : 65_536;
  let at = 0;
  let sent = 0;
  for await (const chunk of represented(delivery)) {
    const whole = chunk as Buffer;
    const start = Math.max(0, from - at);
    const end = Math.min(whole.length, to - at);
    at += whole.length;
    for (let position = start; position < end; ) {
      const room = stopAt - sent;
      if (room <= 0) {
        // Let what was written leave before the connection goes.
        if (delivery.stop === "hang") await delay(120_000, undefined, { signal }).catch(() => {});
        else await delay(50);
        throw new Cut();
      }
      const part = whole.subarray(position, Math.min(end, position + Math.min(size, room)));
      position += part.length;
      sent += part.length;
      yield part;
      if (speed) await delay((part.length / speed) * 1000);
    }
    if (at >= to) return;
  }
}

const strong = (etag: string | null) => (etag?.startsWith("W/") ? null : etag);

/** The first byte and the end (exclusive) that a Range asks for; null when it is not understood. */
function rangeOf(range: string | undefined, total: number): { from: number; to: number } | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (!match) return null;
  const to = match[2] ? Math.min(total, Number(match[2]) + 1) : total;
  return { from: Number(match[1]), to };
}

/**
 * Streams NDJSON into a response with back-pressure: a slow reader stops the making of lines, and
 * no file is ever whole in memory. Honours Range and If-Range (RFC 9110, sections 13.1.5 and 14),
 * of the compressed bytes when compressed, unless a fault says otherwise.
 */
export async function sendFile(response: ServerResponse, delivery: Delivery): Promise<void> {
  const { etag, faults } = delivery;
  response.statusCode = 200;
  response.setHeader("Content-Type", faults.fileContentType ?? "application/fhir+ndjson");
  response.setHeader("Content-Disposition", "attachment");
  response.setHeader("Vary", "Accept-Encoding");
  if (etag !== null) response.setHeader("ETag", etag);
  if (faults.range === undefined) response.setHeader("Accept-Ranges", "bytes");
  if (delivery.gzip) response.setHeader("Content-Encoding", "gzip");

  const asked =
    faults.range === "ignored" ||
    (delivery.ifRange !== undefined && delivery.ifRange !== strong(etag))
      ? undefined
      : delivery.range;
  const cheap = !delivery.gzip && delivery.count <= lengthIsCheap;
  const known = cheap || asked !== undefined || delivery.stop !== null;
  const total = known ? await lengthOf(delivery) : Infinity;
  const range = rangeOf(asked, total);
  let from = 0;
  let to = total;
  if (range && (faults.range === "refused" || range.from >= total || range.from >= range.to)) {
    response.statusCode = 416;
    response.setHeader("Content-Range", `bytes */${total}`);
    response.removeHeader("Content-Encoding");
    response.end();
    return;
  }
  if (range) {
    const other = Math.max(0, range.from - 10);
    from = faults.range === "otherOffset" || faults.range === "lying" ? other : range.from;
    to = range.to - (faults.range === "lying" ? range.from - other : 0);
    const told = faults.range === "lying" ? range : { from, to };
    response.statusCode = 206;
    if (faults.range !== "noContentRange")
      response.setHeader("Content-Range", `bytes ${told.from}-${told.to - 1}/${total}`);
  }
  if (range || cheap) response.setHeader("Content-Length", to - from);
  const stopAt = delivery.stop
    ? (faults.cutAfterBytes ?? Math.max(1, Math.floor((to - from) / 2)))
    : Infinity;
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    await pipeline(
      Readable.from(parts(delivery, from, to, stopAt, gone.signal), {
        objectMode: false,
        highWaterMark: 65_536,
      }),
      response,
    );
  } catch (error) {
    response.destroy();
    const left = ["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE", "ABORT_ERR"];
    // A reader who left is its own business; anything else is a fault of the sandbox.
    if (error instanceof Cut || left.includes((error as NodeJS.ErrnoException).code ?? "")) return;
    throw error;
  }
}
