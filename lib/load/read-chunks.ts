import { CopyBuffer } from "./copy-buffer";
import { type LongLineTurn, longLineTurn } from "./long-line-turn";
import { type Line, type ReadLinesOptions, readLines } from "./read-lines";
import type { Reject } from "./reject";

/** What one transaction writes. */
export type Chunk<Item> = {
  items: Item[];
  rejects: Reject[];
  /** where the file goes on after this chunk */
  endOffset: number;
  /** the number of the line there */
  nextLine: number;
  /** it holds a very long line: it should be written before more is read */
  long: boolean;
};

const chunkBytes = 4 * 1024 * 1024;
const chunkLines = 50_000;
/** Typed columns and lengths beside the line's own bytes. */
const copyBytes = Math.round(chunkBytes * 1.5);

/** One that is being sent and one that is being filled. */
export type ChunkBuffers = readonly [CopyBuffer, CopyBuffer];

/** Buffers that no load uses: many small loads follow one another, and new ones cost memory. */
const spare: ChunkBuffers[] = [];

/**
 * Lends two buffers for chunks to `work`. Where it fails they are not used again: a connection that is
 * being closed may still read them.
 */
export async function withChunkBuffers<T>(work: (buffers: ChunkBuffers) => Promise<T>): Promise<T> {
  const buffers = spare.pop() ?? [new CopyBuffer(copyBytes), new CopyBuffer(copyBytes)];
  const result = await work(buffers);
  for (const buffer of buffers) buffer.clear();
  if (spare.length < 2) spare.push(buffers);
  return result;
}

/**
 * A file as chunks of about 4 MB or 50,000 lines; a line that `convert` turns into null is not counted.
 * What `convert` writes to the buffer is valid until the chunk after the next one is asked for.
 * @throws as readLines
 */
export async function* readChunks<Item extends object>(
  path: string,
  options: ReadLinesOptions,
  convert: (line: Line, copy: CopyBuffer) => Item | Reject | null,
  buffers: ChunkBuffers,
): AsyncGenerator<Chunk<Item>, void, undefined> {
  const next = (endOffset: number, nextLine: number): Chunk<Item> => ({
    items: [],
    rejects: [],
    endOffset,
    nextLine,
    long: false,
  });
  let chunk = next(options.fromOffset, options.fromLine);
  let written = options.fromOffset;
  let bytes = 0;
  let [copy, other] = buffers;
  let turn: LongLineTurn | null = null as LongLineTurn | null;
  // A chunk has one such line at most, beside ones that are too long and of which a copy is kept.
  const placeForLongLine = async () => {
    turn ??= await longLineTurn(options.maxLineBytes);
    return turn.place;
  };
  const turnEnds = () => {
    turn?.end();
    turn = null;
  };
  try {
    for await (const batch of readLines(path, { ...options, placeForLongLine })) {
      for (const line of batch.lines) {
        const made = convert(line, copy);
        if (made === null) continue;
        if ("reasonCode" in made) chunk.rejects.push(made);
        else chunk.items.push(made);
        bytes += line.bytes.length;
      }
      // The line as text and as JSON would stay until there is as much again.
      if (turn && batch.lines.length > 0) globalThis.gc?.();
      chunk.endOffset = batch.endOffset;
      chunk.nextLine = batch.nextLine;
      if (bytes >= chunkBytes || chunk.items.length + chunk.rejects.length >= chunkLines) {
        chunk.long = turn !== null;
        yield chunk;
        // It is written, nothing has been read since: its buffer can go before the turn does.
        if (chunk.long) {
          copy.clear();
          globalThis.gc?.();
        }
        turnEnds();
        written = batch.endOffset;
        chunk = next(batch.endOffset, batch.nextLine);
        bytes = 0;
        [copy, other] = [other, copy];
        copy.clear();
      }
    }
    if (chunk.endOffset > written) yield chunk;
  } finally {
    turnEnds();
  }
}
