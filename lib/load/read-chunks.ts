import { CopyBuffer } from "./copy-buffer";
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
/** Typed columns and lengths beside the line's own bytes. */
const copyBytes = Math.round(chunkBytes * 1.5);

/**
 * A file as chunks of about 4 MB or 50,000 lines; a line that `convert` turns into null is not counted.
 * What `convert` writes to the buffer is valid until the chunk after the next one is asked for: there
 * are two buffers, one that is being sent and one that is being filled.
 * @throws as readLines
 */
export async function* readChunks<Item extends object>(
  path: string,
  options: ReadLinesOptions,
  convert: (line: Line, copy: CopyBuffer) => Item | Reject | null,
): AsyncGenerator<Chunk<Item>, void, undefined> {
  let chunk: Chunk<Item> = { items: [], rejects: [], endOffset: options.fromOffset };
  let bytes = 0;
  let [copy, other] = [new CopyBuffer(copyBytes), new CopyBuffer(copyBytes)];
  for await (const batch of readLines(path, options)) {
    for (const line of batch.lines) {
      const made = convert(line, copy);
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
      [copy, other] = [other, copy];
      copy.clear();
    }
  }
  if (chunk.endOffset > options.fromOffset || chunk.items.length > 0) yield chunk;
}
