import { createReadStream } from "node:fs";
import { longLineBytes } from "./long-line-turn";

const newline = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
/** what is kept of a line that is too long */
const headBytes = 64 * 1024;

export type Line = {
  /** 1, 2, …: physical lines, blank ones included */
  no: number;
  /** of the line's first byte in the file */
  offset: number;
  /** without the line break */
  size: number;
  /** the line without its line break; of a line that is too long only the first 64 KB */
  bytes: Buffer;
  tooLong: boolean;
};

export type LineBatch = {
  lines: Line[];
  /** just after the last line break, or the end of the file: where a later call can go on */
  endOffset: number;
  /** the number of the line that begins there */
  nextLine: number;
};

export type ReadLinesOptions = {
  /** at a line boundary */
  fromOffset: number;
  /** the number of the first line there */
  fromLine: number;
  /**
   * the file is still growing: told how far it has been read, says up to where it can be; the same again
   * ends it. A line that does not end before that is left.
   */
  toOffset?: ((from: number) => number) | undefined;
  maxLineBytes: number;
  signal?: AbortSignal | undefined;
  /** awaited for each line that grows beyond longLineBytes: where it goes, `maxLineBytes` or more */
  placeForLongLine?: () => Promise<Buffer>;
  /** bytes that are read at once; lines come in batches of about this size */
  readBytes?: number;
};

function isBlank(bytes: Buffer): boolean {
  if (bytes.length > 0 && (bytes[0] ?? 0) > 0x20) return false;
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === carriageReturn);
}

/** The bytes of a file, of a growing one as far as it goes. */
async function* piecesOf(path: string, options: ReadLinesOptions): AsyncGenerator<Buffer> {
  const { toOffset, signal, readBytes: highWaterMark = 1 << 18 } = options;
  let start = options.fromOffset;
  if (!toOffset) yield* createReadStream(path, { start, highWaterMark, signal });
  else {
    for (let end = toOffset(start); end > start; start = end, end = toOffset(start)) {
      yield* createReadStream(path, { start, end: end - 1, highWaterMark, signal });
    }
  }
}

/**
 * An NDJSON file (its path, or all of its bytes) as batches of lines: \n or \r\n, a byte order mark at the start of the file left out,
 * a last line without a line break included, blank lines left out (they keep their number). Works on
 * bytes, so a character that two reads share is not split; a line longer than `maxLineBytes` passes
 * through in bounded memory. A batch may be empty (its endOffset still counts).
 * @throws the file system's error; the signal's reason
 */
export async function* readLines(
  source: string | Buffer,
  options: ReadLinesOptions,
): AsyncGenerator<LineBatch, void, undefined> {
  const { fromOffset, toOffset, maxLineBytes } = options;
  let lineNo = options.fromLine;
  /** the beginning of the line that the next read goes on with */
  let held: Buffer[] = [];
  let heldBytes = 0;
  let long: Buffer | null = null as Buffer | null;
  let lineSize = 0;
  let lineOffset = fromOffset;
  let position = fromOffset;

  function hold(piece: Buffer) {
    lineSize += piece.length;
    const limit = lineSize > maxLineBytes ? headBytes : maxLineBytes;
    if (lineSize > maxLineBytes && heldBytes > headBytes) {
      held = [Buffer.concat(held, headBytes)];
      heldBytes = headBytes;
      long = null;
    }
    if (heldBytes >= limit) return;
    const part = piece.subarray(0, limit - heldBytes);
    heldBytes += part.length;
    if (long === null) held.push(part);
    else {
      part.copy(long, heldBytes - part.length);
      held = [long.subarray(0, heldBytes)];
    }
  }

  function finish(last: Buffer, breakBytes: number, lines: Line[]) {
    hold(last);
    let bytes = held.length === 1 ? (held[0] ?? last) : Buffer.concat(held);
    const tooLong = lineSize > maxLineBytes;
    let offset = lineOffset;
    let size = lineSize;
    if (!tooLong && bytes.at(-1) === carriageReturn) {
      bytes = bytes.subarray(0, -1);
      size -= 1;
    }
    if (offset === 0 && bytes.subarray(0, 3).equals(byteOrderMark)) {
      bytes = bytes.subarray(3);
      offset = 3;
      size -= 3;
    }
    if (tooLong || !isBlank(bytes)) lines.push({ no: lineNo, offset, size, bytes, tooLong });
    lineNo += 1;
    lineOffset += lineSize + breakBytes;
    held = [];
    heldBytes = 0;
    long = null;
    lineSize = 0;
  }

  const pieces =
    typeof source === "string" ? piecesOf(source, options) : [source.subarray(fromOffset)];
  for await (const chunk of pieces) {
    const buffer = chunk as Buffer;
    const lines: Line[] = [];
    let start = 0;
    for (let at = buffer.indexOf(newline); at !== -1; at = buffer.indexOf(newline, start)) {
      finish(buffer.subarray(start, at), 1, lines);
      start = at + 1;
    }
    if (start < buffer.length) hold(buffer.subarray(start));
    position += buffer.length;
    if (heldBytes > longLineBytes && long === null && options.placeForLongLine) {
      // One place for all of it instead of pieces and, at the end, their copy.
      long = await options.placeForLongLine();
      let at = 0;
      for (const one of held) at += one.copy(long, at);
      held = [long.subarray(0, heldBytes)];
    }
    yield { lines, endOffset: lineOffset, nextLine: lineNo };
  }
  if (lineSize > 0 && toOffset === undefined) {
    const lines: Line[] = [];
    finish(Buffer.alloc(0), 0, lines);
    yield { lines, endOffset: position, nextLine: lineNo };
  }
}
