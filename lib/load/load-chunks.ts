import { setTimeout as sleep } from "node:timers/promises";
import pg, { type PoolClient } from "pg";
import { LeaseLost } from "@/lib/store/lease-lost";
import { fencedTransaction, inText } from "./fenced-transaction";
import type { Chunk } from "./read-chunks";
import { writeRejects } from "./write-rejects";

/** How one kind of file writes a chunk's items. */
export type Writer<Item> = {
  /** inside a transaction; says how many rows are new and how many lines repeat one */
  write(items: readonly Item[]): Promise<{ accepted: number; duplicates: number }>;
  /**
   * After the transaction failed and was rolled back: changes the chunk or itself so that another try
   * can succeed. false: nothing to be done about this error.
   */
  recover(error: unknown, chunk: Chunk<Item>): Promise<boolean>;
};

/** The beginning of a line: its byte, and its number (1, 2, …). */
export type Place = { offset: number; line: number };

type FileLease = { jobId: string; fileId: string; leaseHolder: string };

/** How often a chunk is tried that another transaction was in the way of. */
export const conflictAttempts = 10;

/** Another transaction was in the way (deadlock, serialization): the same again can succeed. */
export function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(40P01|40001)$/.test(error.code ?? "");
}

async function writeChunk<Item>(
  client: PoolClient,
  file: FileLease,
  chunk: Chunk<Item>,
  fromOffset: number,
  writer: Writer<Item>,
) {
  // The fence: whoever lost the lease, or whose chunk is written already, writes nothing. The lock
  // holds off a new holder until this chunk is in.
  const fence = inText`SELECT 1 FROM export_files
    WHERE id = ${file.fileId} AND locked_by = ${file.leaseHolder} AND loaded_bytes = ${fromOffset}
      FOR NO KEY UPDATE`;
  await fencedTransaction(client, fence, async (held) => {
    if (held.length !== 1) throw new LeaseLost(`file ${file.fileId}`);
    const { accepted, duplicates } = await writer.write(chunk.items);
    await writeRejects(client, file.jobId, [{ fileId: file.fileId, rejects: chunk.rejects }]);
    const rejected = chunk.rejects.length;
    return inText`UPDATE export_files
      SET loaded_bytes = ${chunk.endOffset}, lines = lines + ${chunk.items.length + rejected},
          rejected = rejected + ${rejected}, accepted = accepted + ${accepted},
          duplicates = duplicates + ${duplicates}
      WHERE id = ${file.fileId}`;
  });
}

/**
 * Writes chunks in order, each with its rejects and the file's counters in one transaction; while one
 * is written the next is read (beside a very long line it is not: memory). A transaction that fails is
 * tried again where the writer can recover or another transaction was in the way.
 * @returns where the file goes on
 * @throws LeaseLost; the signal's reason; the database's and the file system's errors
 */
export async function loadChunks<Item extends object>(
  client: PoolClient,
  file: FileLease,
  chunks: AsyncGenerator<Chunk<Item>, void, undefined>,
  start: Place,
  writer: Writer<Item>,
  signal?: AbortSignal,
): Promise<Place> {
  let place = start;
  const read = () => {
    const next = chunks.next();
    // It is awaited below; should the chunk before it fail first, nobody would.
    next.catch(() => {});
    return next;
  };
  try {
    for (let ahead: Promise<IteratorResult<Chunk<Item>, void>> | null = null; ; ) {
      const { value, done } = await (ahead ?? read());
      if (done || !value) return place;
      const chunk: Chunk<Item> = value;
      ahead = chunk.long ? null : read();
      for (let attempt = 1; ; attempt += 1) {
        signal?.throwIfAborted();
        try {
          await writeChunk(client, file, chunk, place.offset, writer);
          break;
        } catch (error) {
          if (await writer.recover(error, chunk)) continue;
          if (!isConflict(error) || attempt >= conflictAttempts) throw error;
          await sleep(20 + Math.random() * 50 * attempt);
        }
      }
      place = { offset: chunk.endOffset, line: chunk.nextLine };
    }
  } finally {
    await chunks.return().catch(() => {});
  }
}
