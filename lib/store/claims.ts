import type pg from "pg";
import {
  type ExportRequest,
  ExportRequest as ExportRequestSchema,
} from "@/lib/contract/export-request";
import type { JobPurpose, JobStage } from "@/lib/contract/job";
import { database } from "./client";
import { LeaseLost } from "./lease-lost";
import { putOffMsSql } from "./trouble";

// Who works on what. A claim is one statement: it picks one due row that nobody holds, skips rows
// that another claim is picking at this moment, and writes holder and end of the lease. Every later
// write asks whether the row is still held by the same holder (a token of that one claim), so a
// worker that was paused past its lease cannot overwrite what its successor did. All times are the
// database's: machines' clocks differ. next_run_at keeps milliseconds, rounded, so what is due now may
// stand there as up to half a millisecond from now: hence the one millisecond of grace. Row locks are NO KEY ones, which rows that refer to the job or
// file (events, rejected lines) do not wait for.

export type ClaimedJob = {
  jobId: string;
  /** the token of this claim */
  holder: string;
  stage: JobStage;
  mode: "bulk" | "search";
  /** why it is search, in the server's words; null where it was chosen */
  modeReason: string | null;
  /** what it is for in an incremental export; null: an export by itself */
  purpose: JobPurpose | null;
  attempts: number;
  /** for how long the server has put this step off, in all */
  putOffMs: number;
  connectionId: string | null;
  fhirBaseUrl: string;
  level: "system" | "patient" | "group";
  groupId: string | null;
  request: ExportRequest;
  statusUrl: string | null;
  serverProgress: string | null;
  /** since the server accepted the export; 0 before */
  preparingSeconds: number;
  /** the rows of its files are counted, and its attachments found */
  settled: boolean;
};

export type ClaimedFile = {
  fileId: string;
  holder: string;
  jobId: string;
  fileNo: number;
  kind: "output" | "error" | "deleted";
  resourceType: string | null;
  url: string;
  state: "pending" | "downloaded";
  attempts: number;
  /** for how long the server has put this step off, in all */
  putOffMs: number;
  /** under BULK_DIR: of a pending file of which something is loaded, the part that it was loaded from */
  path: string | null;
  sizeBytes: number;
  loadedBytes: number;
  /** an earlier claim may have left a part */
  begun: boolean;
  connectionId: string | null;
  fhirBaseUrl: string;
  statusUrl: string | null;
  requiresAccessToken: boolean;
};

type JobRow = {
  id: string;
  stage: JobStage;
  mode: ClaimedJob["mode"];
  mode_reason: string | null;
  purpose: JobPurpose | null;
  attempts: number;
  put_off_ms: number;
  connection_id: string | null;
  fhir_base_url: string;
  level: ClaimedJob["level"];
  group_id: string | null;
  request: unknown;
  status_url: string | null;
  server_progress: string | null;
  preparing_seconds: number;
  settled: boolean;
};

/**
 * kickoff and poll are due by time; download and load, for the job, once no file is left in them
 * (files are claimed by themselves). Asked anew each time rather than noted by whoever ends the last
 * file: so nothing hangs, whichever process dies when.
 */
const claimJobSql = `
  UPDATE export_jobs SET locked_by = $1, locked_until = now() + make_interval(secs => $2)
  WHERE id = (
    SELECT j.id FROM export_jobs j
    WHERE j.stage IN ('kickoff', 'poll', 'download', 'load')
      AND j.next_run_at < now() + interval '1 ms'
      AND (j.locked_until IS NULL OR j.locked_until <= now())
      AND CASE j.stage
        WHEN 'download' THEN NOT EXISTS (
          SELECT 1 FROM export_files f WHERE f.job_id = j.id AND f.state = 'pending')
        WHEN 'load' THEN NOT EXISTS (
          SELECT 1 FROM export_files f WHERE f.job_id = j.id AND f.state IN ('pending', 'downloaded'))
          AND NOT EXISTS (
          SELECT 1 FROM export_attachments a WHERE a.job_id = j.id AND a.state = 'pending')
        ELSE true END
    ORDER BY j.next_run_at
    LIMIT 1
    FOR NO KEY UPDATE OF j SKIP LOCKED)
  RETURNING id, stage, mode, mode_reason, purpose, attempts, ${putOffMsSql("export_jobs")} AS put_off_ms,
    connection_id, fhir_base_url, level, group_id, request, status_url, server_progress, attachments_found IS NOT NULL AS settled,
    coalesce(extract(epoch FROM now() - kicked_off_at), 0)::float8 AS preparing_seconds`;

/** Small files go together: what is loaded in one transaction has at most so many bytes and files. */
const batchBytes = 4 * 1024 * 1024;
const batchFiles = 500;

const dueSql = (state: ClaimedFile["state"]) => `c.state = '${state}'::file_state
        AND c.next_run_at < now() + interval '1 ms'
        AND (c.locked_until IS NULL OR c.locked_until <= now())`;

const nextFilesSql = (state: ClaimedFile["state"], columns: string, most: string) => `
      SELECT ${columns} FROM export_files c
      WHERE c.job_id = (SELECT id FROM job) AND ${dueSql(state)}
      ORDER BY c.next_run_at, c.file_no
      LIMIT ${most}`;

/** Whoever skips what is locked waits for nobody, so any order will do. */
const lockSql = "FOR NO KEY UPDATE SKIP LOCKED";
const chosenColumns = "c.id, c.download_started_at IS NOT NULL AS begun";

/**
 * A job is drawn first, each with the same chance, then its next files: one job with 20,000 files
 * leaves room for the others. Each job that has none costs one probe of the index (job, state,
 * next_run_at, file_no).
 */
const claimFilesSql = (state: ClaimedFile["state"], chosen: string, started: string) => `
  WITH job AS (
    SELECT j.* FROM (SELECT * FROM export_jobs WHERE stage IN ('download', 'load') ORDER BY random()) j
    WHERE EXISTS (SELECT 1 FROM export_files c WHERE c.job_id = j.id AND ${dueSql(state)})
    LIMIT 1
  ), ${chosen}
  UPDATE export_files f SET locked_by = $1, locked_until = now() + make_interval(secs => $2), ${started}
  FROM job, chosen
  WHERE f.id = chosen.id
  RETURNING f.id, f.job_id, f.file_no, f.kind, f.resource_type, f.url, f.state, f.attempts,
    ${putOffMsSql("f")} AS put_off_ms, f.path, f.size_bytes, f.loaded_bytes, chosen.begun, job.connection_id, job.fhir_base_url, job.status_url,
    job.requires_access_token`;

const claimDownloadsSql = claimFilesSql(
  "pending",
  `chosen AS MATERIALIZED (${nextFilesSql("pending", chosenColumns, "$3")}
      ${lockSql})`,
  "download_started_at = now()",
);

/** Sums cannot be locked: files are looked at before they are locked, and looked at again when they are. */
const claimLoadsSql = claimFilesSql(
  "downloaded",
  `due AS (
    SELECT id, row_number() OVER () AS place, sum(size_bytes) OVER before AS bytes,
      bool_and(kind = 'output' AND loaded_bytes = 0) OVER before AS plain
    FROM (${nextFilesSql("downloaded", "c.*", String(batchFiles))}) c
    WINDOW before AS (ROWS UNBOUNDED PRECEDING)
  ), chosen AS MATERIALIZED (
    SELECT ${chosenColumns} FROM export_files c
    WHERE c.id IN (SELECT id FROM due WHERE place = 1 OR (plain AND bytes <= ${batchBytes}))
      AND ${dueSql("downloaded")}
      ${lockSql})`,
  "load_started_at = coalesce(f.load_started_at, now())",
);

const toClaimedJob = (row: JobRow, holder: string): ClaimedJob => ({
  jobId: row.id,
  holder,
  stage: row.stage,
  mode: row.mode,
  modeReason: row.mode_reason,
  purpose: row.purpose,
  attempts: row.attempts,
  putOffMs: row.put_off_ms,
  connectionId: row.connection_id,
  fhirBaseUrl: row.fhir_base_url,
  level: row.level,
  groupId: row.group_id,
  request: ExportRequestSchema.parse(row.request),
  statusUrl: row.status_url,
  serverProgress: row.server_progress,
  preparingSeconds: row.preparing_seconds,
  settled: row.settled,
});

/**
 * Takes the job that has been due longest.
 * @param holder a token that no other claim uses
 * @returns null where nothing is due
 */
export async function claimJob(holder: string, leaseSeconds: number): Promise<ClaimedJob | null> {
  const { rows } = await database().pool.query<JobRow>(claimJobSql, [holder, leaseSeconds]);
  return rows[0] ? toClaimedJob(rows[0], holder) : null;
}

/**
 * Takes files of one job that are due for download (`pending`: at most `most`) or for load
 * (`downloaded`: one, or several small ones). All of them are held under `holder`.
 * @returns in the order of their numbers; none where none is due
 */
export async function claimFiles(
  holder: string,
  leaseSeconds: number,
  state: "pending" | "downloaded",
  most = 1,
): Promise<ClaimedFile[]> {
  const { rows } = await database().pool.query<{
    id: string;
    job_id: string;
    file_no: number;
    kind: ClaimedFile["kind"];
    resource_type: string | null;
    url: string;
    state: ClaimedFile["state"];
    attempts: number;
    put_off_ms: number;
    path: string | null;
    size_bytes: string;
    loaded_bytes: string;
    begun: boolean;
    connection_id: string | null;
    fhir_base_url: string;
    status_url: string | null;
    requires_access_token: boolean;
  }>(state === "pending" ? claimDownloadsSql : claimLoadsSql, [
    holder,
    leaseSeconds,
    ...(state === "pending" ? [most] : []),
  ]);
  return rows
    .map((row) => ({
      fileId: row.id,
      holder,
      jobId: row.job_id,
      fileNo: row.file_no,
      kind: row.kind,
      resourceType: row.resource_type,
      url: row.url,
      state: row.state,
      attempts: row.attempts,
      putOffMs: row.put_off_ms,
      path: row.path,
      sizeBytes: Number(row.size_bytes),
      loadedBytes: Number(row.loaded_bytes),
      begun: row.begun,
      connectionId: row.connection_id,
      fhirBaseUrl: row.fhir_base_url,
      statusUrl: row.status_url,
      requiresAccessToken: row.requires_access_token,
    }))
    .sort((a, b) => a.fileNo - b.fileNo);
}

/** Prolongs the lease. @returns false where it is lost */
export async function renewJob(job: ClaimedJob, leaseSeconds: number): Promise<boolean> {
  const { rowCount } = await database().pool.query(
    `UPDATE export_jobs SET locked_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND locked_by = $2`,
    [job.jobId, job.holder, leaseSeconds],
  );
  return rowCount === 1;
}

/**
 * Prolongs the lease and, while the file downloads, notes how much of it has arrived.
 * @returns false where the lease is lost
 */
export async function renewFile(
  file: ClaimedFile,
  leaseSeconds: number,
  receivedBytes: number | null,
): Promise<boolean> {
  const { rowCount } = await database().pool.query(
    `UPDATE export_files SET locked_until = now() + make_interval(secs => $3),
       size_bytes = coalesce($4, size_bytes)
     WHERE id = $1 AND locked_by = $2`,
    [file.fileId, file.holder, leaseSeconds, receivedBytes],
  );
  return rowCount === 1;
}

/** Gives the job back unfinished, for a worker that is told to stop: due at once, nothing counted. */
export async function releaseJob(job: ClaimedJob): Promise<void> {
  await database().pool.query(
    "UPDATE export_jobs SET locked_by = NULL, locked_until = NULL WHERE id = $1 AND locked_by = $2",
    [job.jobId, job.holder],
  );
}

/** The rows of $1 (ids) and $2 (holders), locked in one order: so do all who lock several files. */
const lockedSql = `(
  SELECT e.id, d.holder FROM export_files e
  JOIN unnest($1::uuid[], $2::text[]) AS d (id, holder) ON d.id = e.id
  ORDER BY e.id FOR NO KEY UPDATE OF e) AS d`;

/** As releaseJob, for files. */
export async function releaseFiles(files: readonly ClaimedFile[]): Promise<void> {
  await database().pool.query(
    `UPDATE export_files f SET locked_by = NULL, locked_until = NULL
     FROM ${lockedSql}
     WHERE f.id = d.id AND f.locked_by = d.holder`,
    [files.map(({ fileId }) => fileId), files.map(({ holder }) => holder)],
  );
}

/** Prolongs the leases of files that are loaded together. @returns false where all of them are lost */
export async function renewFiles(
  files: readonly ClaimedFile[],
  leaseSeconds: number,
): Promise<boolean> {
  const { rowCount } = await database().pool.query(
    `UPDATE export_files f SET locked_until = now() + make_interval(secs => $3)
     FROM ${lockedSql}
     WHERE f.id = d.id AND f.locked_by = d.holder`,
    [files.map(({ fileId }) => fileId), files.map(({ holder }) => holder), leaseSeconds],
  );
  return (rowCount ?? 0) > 0;
}

/** One transaction, rolled back where `work` throws. */
export async function inTransaction<T>(
  work: (client: pg.PoolClient) => Promise<T>,
  pool = database().pool,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies between two statements is reported by the next one.
  const lost = (error: Error) => {
    broken = error;
  };
  client.on("error", lost);
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failed: Error) => {
      broken = failed;
    });
    throw error;
  } finally {
    client.off("error", lost);
    client.release(broken);
  }
}

/**
 * One transaction in which the job is held by this claim and by nobody else: its row stays locked to
 * the end of it.
 * @throws LeaseLost before `work` starts, where the claim holds no more
 */
export function whileJobHeld<T>(
  job: Pick<ClaimedJob, "jobId" | "holder">,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(async (client) => {
    const { rowCount } = await client.query(
      "SELECT 1 FROM export_jobs WHERE id = $1 AND locked_by = $2 FOR NO KEY UPDATE",
      [job.jobId, job.holder],
    );
    if (rowCount !== 1) throw new LeaseLost(`job ${job.jobId}`);
    return work(client);
  });
}

/** As whileJobHeld, for a file. */
export function whileFileHeld<T>(
  file: Pick<ClaimedFile, "fileId" | "holder">,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(async (client) => {
    const { rowCount } = await client.query(
      "SELECT 1 FROM export_files WHERE id = $1 AND locked_by = $2 FOR NO KEY UPDATE",
      [file.fileId, file.holder],
    );
    if (rowCount !== 1) throw new LeaseLost(`file ${file.fileId}`);
    return work(client);
  });
}
