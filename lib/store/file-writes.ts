import type pg from "pg";
import type { AppError } from "@/lib/errors";
import { type ClaimedFile, inTransaction, whileFileHeld } from "./claims";
import { database } from "./client";
import { addEvent, addEvents, withoutQuery } from "./events";
import { LeaseLost } from "./lease-lost";
import { type Retry, troubleOf } from "./trouble";

// What a file's step writes at its end: once, in one transaction, fenced, and the lease goes with it.

const released = "locked_by = NULL, locked_until = NULL";
const untroubled = "attempts = 0, error_code = NULL, error_message = NULL, error_details = NULL";

/** How events name a file. */
export const itemOf = (file: ClaimedFile) => ({
  fileNo: file.fileNo,
  fileUrl: withoutQuery(file.url),
  itemType: file.kind,
  resourceType: file.resourceType,
});

/**
 * The first bytes of a pending file are to be loaded: from `path` (under BULK_DIR), the part that it is
 * being written to. From here on `path` names the part that loaded_bytes tells of.
 * @throws LeaseLost
 */
export async function storeLoadBegun(file: ClaimedFile, path: string): Promise<void> {
  const { rowCount } = await database().pool.query(
    `UPDATE export_files SET path = $3, load_started_at = coalesce(load_started_at, now())
     WHERE id = $1 AND locked_by = $2`,
    [file.fileId, file.holder, path],
  );
  if (rowCount !== 1) throw new LeaseLost(`file ${file.fileId}`);
}

type Held = { file: ClaimedFile };

/**
 * One transaction for many files, each written only where its claim holds still.
 * @param sql an UPDATE of `export_files f` FROM unnest($1 ids, $2 holders, …) that gives f.id back
 * @returns the ids of the files that were written
 */
function writeHeld<T extends Held>(
  items: readonly T[],
  sql: string,
  more: readonly unknown[],
  eventOf: (item: T) => Parameters<typeof addEvents>[1][number],
): Promise<Set<string>> {
  return inTransaction(async (client) => {
    const ids = items.map(({ file }) => file.fileId);
    // In one order, as everybody who locks several files of a job.
    await client.query(
      "SELECT 1 FROM export_files WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE",
      [ids],
    );
    const holders = items.map(({ file }) => file.holder);
    const { rows } = await client.query<{ id: string }>(sql, [ids, holders, ...more]);
    const written = new Set(rows.map(({ id }) => id));
    await addEvents(client, items.filter(({ file }) => written.has(file.fileId)).map(eventOf));
    return written;
  });
}

export type Downloaded = {
  file: ClaimedFile;
  /** under BULK_DIR */
  path: string;
  sizeBytes: number;
  /** the claim goes on: whoever fetched it loads it */
  keep: boolean;
};

/** These files lie on disk, whole, under their final names. @returns the ids of those that were held */
export function storeDownloaded(files: readonly Downloaded[]): Promise<Set<string>> {
  return writeHeld(
    files,
    // A disk that loses what was fetched must not be filled for ever: those times stay counted.
    `UPDATE export_files f SET state = 'downloaded', path = d.path, size_bytes = d.size,
       downloaded_at = now(), next_run_at = now(),
       load_started_at = CASE WHEN d.keep THEN coalesce(load_started_at, now())
         ELSE load_started_at END,
       locked_by = CASE WHEN d.keep THEN locked_by END,
       locked_until = CASE WHEN d.keep THEN locked_until END,
       attempts = CASE error_code WHEN 'file-unreadable' THEN attempts ELSE 0 END,
       error_code = NULL, error_message = NULL, error_details = NULL
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::boolean[])
       AS d (id, holder, path, size, keep)
     WHERE f.id = d.id AND f.locked_by = d.holder
     RETURNING f.id`,
    [
      files.map(({ path }) => path),
      files.map(({ sizeBytes }) => sizeBytes),
      files.map(({ keep }) => keep),
    ],
    ({ file, sizeBytes }) => ({
      jobId: file.jobId,
      event: "download_complete",
      detail: { ...itemOf(file), fileSize: sizeBytes },
    }),
  );
}

/**
 * What is set of files that were fetched and are loaded, in the transaction that loads them; `d.bytes` is
 * their size, `d.path` where they lie under BULK_DIR.
 */
export const fetchedAndLoadedSql = `state = 'loaded', size_bytes = d.bytes, path = d.path,
  downloaded_at = now(), load_started_at = now(), loaded_at = now(), next_run_at = now(),
  ${untroubled}, ${released}`;

/** The log of files that were fetched and are loaded, in the transaction that loads them. */
export const noteFetchedAndLoaded = (
  client: pg.PoolClient,
  files: readonly (Loaded & { sizeBytes: number })[],
): Promise<void> =>
  addEvents(
    client,
    files.flatMap(({ file, lines, rejected, sizeBytes }) => [
      {
        jobId: file.jobId,
        event: "download_complete" as const,
        detail: { ...itemOf(file), fileSize: sizeBytes },
      },
      loadComplete({ file, lines, rejected }),
    ]),
  );

const loadComplete = ({ file, lines, rejected }: Loaded) => ({
  jobId: file.jobId,
  event: "load_complete" as const,
  detail: { ...itemOf(file), resourceCount: lines - rejected, rejected },
});

export type Loaded = { file: ClaimedFile; lines: number; rejected: number };

/**
 * Every line of these files is a row, a duplicate or a rejected line.
 * @returns the ids of those that were held
 */
export function storeLoaded(files: readonly Loaded[]): Promise<Set<string>> {
  return writeHeld(
    files,
    `UPDATE export_files f SET state = 'loaded', loaded_at = now(), ${untroubled}, ${released}
     FROM unnest($1::uuid[], $2::text[]) AS d (id, holder)
     WHERE f.id = d.id AND f.locked_by = d.holder
     RETURNING f.id`,
    [],
    loadComplete,
  );
}

/** What should be on disk is not: it is fetched again (restartLoad has seen to what was loaded). */
export function storeMissing(file: ClaimedFile, error: AppError): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      `UPDATE export_files SET state = 'pending', downloaded_at = NULL, next_run_at = now(),
         attempts = attempts + 1, error_code = $2, error_message = $3, error_details = $4, ${released}
       WHERE id = $1`,
      [file.fileId, ...troubleOf(error)],
    );
    await addEvent(client, file.jobId, "load_error", {
      ...itemOf(file),
      code: error.code,
      message: error.message,
    });
  });
}

/** The step failed and will be tried again after `delayMs`. */
export function storeFileRetry(
  file: ClaimedFile,
  { error, delayMs, counted, ...put }: Retry,
): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      `UPDATE export_files SET next_run_at = now() + $2 * interval '1 millisecond',
         attempts = attempts + $3, error_code = $4, error_message = $5, error_details = $6, ${released}
       WHERE id = $1`,
      [file.fileId, delayMs, counted ? 1 : 0, ...troubleOf(error, put)],
    );
    await addEvent(client, file.jobId, file.state === "pending" ? "download_error" : "load_error", {
      ...itemOf(file),
      code: error.code,
      message: error.message,
      retryInSeconds: Math.round(delayMs / 1000),
    });
  });
}

/** This file will not come; the others go on. What of it was loaded stays. */
export function storeFileFailure(file: ClaimedFile, error: AppError): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      `UPDATE export_files SET state = 'failed', attempts = attempts + 1,
         error_code = $2, error_message = $3, error_details = $4, ${released} WHERE id = $1`,
      [file.fileId, ...troubleOf(error)],
    );
    await addEvent(client, file.jobId, file.state === "pending" ? "download_error" : "load_error", {
      ...itemOf(file),
      code: error.code,
      message: error.message,
    });
  });
}
