import { type Line, type ReadLinesOptions, readLines } from "./read-lines";
import type { Reject } from "./reject";

/** What one transaction writes. */
export type Chunk<Item> = {
  items: Item[];
  rejects: Reject[];
  /** where the file goes on after this chunk */
  endOffset: number;
};

const chunkBytes = 4 * 1024 * 1024;
const chunkLines = 50_000;

/**
 * A file as chunks of about 4 MB or 50,000 lines; a line that `convert` turns into null is not counted.
 * @throws as readLines
 */
export async function* readChunks<Item extends { line: Line }>(
  path: string,
  options: ReadLinesOptions,
  convert: (line: Line) => Item | Reject | null,
): AsyncGenerator<Chunk<Item>, void, undefined> {
  let chunk: Chunk<Item> = { items: [], rejects: [], endOffset: options.fromOffset };
  let bytes = 0;
  for await (const batch of readLines(path, options)) {
    for (const line of batch.lines) {
      const made = convert(line);
      if (made === null) continue;
      if ("reasonCode" in made) chunk.rejects.push(made);
      else chunk.items.push(made);
      bytes += line.bytes.length;
    }
    chunk.endOffset = batch.endOffset;
    if (bytes >= chunkBytes || chunk.items.length + chunk.rejects.length >= chunkLines) {
      yield chunk;
      chunk = { items: [], rejects: [], endOffset: batch.endOffset };
      bytes = 0;
    }
  }
  if (chunk.endOffset > options.fromOffset || chunk.items.length > 0) yield chunk;
}
