import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import { LeaseLost } from "@/lib/store/lease-lost";
import type { CopyBuffer } from "./copy-buffer";
import { fencedTransaction, inText } from "./fenced-transaction";
import { forgetRollUps } from "./forget-roll-ups";
import { type Row, rowReader } from "./line-to-row";
import { conflictAttempts, isConflict, type Writer } from "./load-chunks";
import { withChunkBuffers } from "./read-chunks";
import { readLines } from "./read-lines";
import type { Reject } from "./reject";
import { rowWriter } from "./row-writer";
import { isDataError } from "./unstorable-rows";
import { withClient } from "./with-client";
import { writeRejects } from "./write-rejects";

export type SmallFile = {
  fileId: string;
  fileNo: number;
  resourceType: string | null;
  path: string;
  /** what must be on disk */
  sizeBytes: number;
  /** what is there, where it need not be read */
  content?: Buffer;
  /** under BULK_DIR: what `alongside.set` knows as d.path */
  storedAs?: string;
  /** must equal export_files.locked_by */
  leaseHolder: string;
};

/** Of a file: all of its lines, and those that are rejected. */
export type Counts = Map<string, { lines: number; rejected: number }>;

type Batch = {
  jobId: string;
  files: readonly SmallFile[];
  /** with the rows: what else is set of the files (f) now, and what is noted of them */
  alongside?: { set: string; note: (client: PoolClient, counts: Counts) => Promise<void> };
  /** a longer line is rejected; 64 MB unless told */
  maxLineBytes?: number;
  signal?: AbortSignal;
};

type Part = { file: SmallFile; rows: Row[]; rejects: Reject[] };

const readAtOnce = 16;

/** The files' lines, each with its own numbers, in one buffer; without files that are not on disk as they should be. */
async function readParts(batch: Batch, copy: CopyBuffer): Promise<Part[]> {
  const parts: Part[] = [];
  for (let at = 0; at < batch.files.length; at += readAtOnce) {
    batch.signal?.throwIfAborted();
    const files = batch.files.slice(at, at + readAtOnce);
    const contents = await Promise.all(
      files.map(({ path, content }) => content ?? readFile(path).catch(() => null)),
    );
    for (const [index, file] of files.entries()) {
      const content = contents[index];
      if (content?.length !== file.sizeBytes) continue;
      const part: Part = { file, rows: [], rejects: [] };
      const convert = rowReader({ jobId: batch.jobId, ...file });
      const maxLineBytes = batch.maxLineBytes ?? 64 * 1024 * 1024;
      for await (const { lines } of readLines(content, {
        fromOffset: 0,
        fromLine: 1,
        maxLineBytes,
      })) {
        for (const line of lines) {
          const made = convert(line, copy);
          if (made === null) continue;
          if ("reasonCode" in made) part.rejects.push(made);
          else part.rows.push(made);
        }
      }
      parts.push(part);
    }
  }
  return parts;
}

async function writeParts(
  client: PoolClient,
  { jobId, alongside }: Batch,
  parts: readonly Part[],
  writer: Writer<Row>,
): Promise<Part[]> {
  // The fence, for each file: of one that is another worker's, or is loaded already, nothing is written.
  const fence = inText`SELECT f.id FROM export_files f
    JOIN unnest(${parts.map(({ file }) => file.fileId)}::uuid[],
      ${parts.map(({ file }) => file.leaseHolder)}::text[]) AS d (id, holder) ON d.id = f.id
    WHERE f.locked_by = d.holder AND f.loaded_bytes = 0 AND f.state <> 'loaded'
    ORDER BY f.id FOR NO KEY UPDATE OF f`;
  let written: Part[] = [];
  await fencedTransaction<{ id: string }>(client, fence, async (held) => {
    const ids = new Set(held.map(({ id }) => id));
    // In the order of the manifest, whichever came first: of repeats the last line stays.
    written = parts
      .filter(({ file }) => ids.has(file.fileId))
      .sort((one, other) => one.file.fileNo - other.file.fileNo);
    if (written.length === 0) throw new LeaseLost(`files of job ${jobId}`);
    let { duplicates } = await writer.write(written.flatMap(({ rows }) => rows));
    await writeRejects(
      client,
      jobId,
      written.map(({ file, rejects }) => ({ fileId: file.fileId, rejects })),
    );
    // Which file a repeat belongs to is for settleJob to say; until then the sum is right.
    const repeats = written.map(({ rows }) => {
      const own = Math.min(rows.length, duplicates);
      duplicates -= own;
      return own;
    });
    await alongside?.note(client, countsOf(written));
    const set = alongside ? `, ${alongside.set}` : "";
    return `UPDATE export_files f
      SET loaded_bytes = d.bytes, lines = d.rows + d.rejected, rejected = d.rejected,
          accepted = d.rows - d.duplicates, duplicates = d.duplicates${set}
      ${inText`FROM unnest(${written.map(({ file }) => file.fileId)}::uuid[],
          ${written.map(({ file }) => file.sizeBytes)}::bigint[],
          ${written.map(({ rows }) => rows.length)}::bigint[],
          ${written.map(({ rejects }) => rejects.length)}::bigint[], ${repeats}::bigint[],
          ${written.map(({ file }) => file.storedAs ?? "")}::text[])
        AS d (id, bytes, rows, rejected, duplicates, path)
      WHERE f.id = d.id`}`;
  });
  return written;
}

const countsOf = (parts: readonly Part[]): Counts =>
  new Map(
    parts.map(({ file, rows, rejects }) => [
      file.fileId,
      { lines: rows.length + rejects.length, rejected: rejects.length },
    ]),
  );

/**
 * Loads many small output files of a job in one transaction, each with its own rejected lines and
 * counters; together they should not have more than a few MB.
 * @returns the counters of the files that are loaded now. Not among them: files that are another
 *   worker's, that were loaded before, or that are not on disk as they should be
 * @throws LeaseLost where none is held; the signal's reason; the database's errors, a line that
 *   PostgreSQL refuses among them: loadFile, file by file, finds it
 */
export async function loadFiles(batch: Batch): Promise<Counts> {
  batch.signal?.throwIfAborted();
  return withClient(async (client) => {
    await forgetRollUps(client, batch.jobId);
    return withChunkBuffers(async ([copy]) => {
      const parts = await readParts(batch, copy);
      const written = parts.length === 0 ? [] : await writtenParts(client, batch, parts);
      return countsOf(written);
    });
  });
}

async function writtenParts(client: PoolClient, batch: Batch, parts: readonly Part[]) {
  const writer = rowWriter(client, batch.jobId);
  for (let attempt = 1; ; attempt += 1) {
    batch.signal?.throwIfAborted();
    try {
      return await writeParts(client, batch, parts, writer);
    } catch (error) {
      const items = parts.flatMap(({ rows }) => rows);
      const chunk = { items, rejects: [], endOffset: 0, nextLine: 1, long: false };
      // Rows that PostgreSQL refuses would have to be told apart by file.
      if (!isDataError(error) && (await writer.recover(error, chunk))) continue;
      if (!isConflict(error) || attempt >= conflictAttempts) throw error;
      await sleep(20 + Math.random() * 50 * attempt);
    }
  }
}
