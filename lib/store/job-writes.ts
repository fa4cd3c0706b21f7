import type pg from "pg";
import { AppError, type WarningCode } from "@/lib/errors";
import { env } from "@/lib/settings/env";
import { type ClaimedJob, whileJobHeld } from "./claims";
import { mismatchedSql } from "./completeness";
import { addEvent } from "./events";
import { type NewFile, type NumberedFile, withNumbers } from "./file-numbers";
import { type Retry, troubleOf } from "./trouble";

// What a job's step writes at its end: once, in one transaction, fenced, and the lease goes with it.

const released = "locked_by = NULL, locked_until = NULL";
const untroubled = "attempts = 0, error_code = NULL, error_message = NULL, error_details = NULL";

/** The server accepted the export: the status URL is worth more than anything else we know. */
export function storeKickOff(
  job: ClaimedJob,
  { statusUrl, event }: { statusUrl: string; event: Record<string, unknown> },
): Promise<void> {
  return whileJobHeld(job, async (client) => {
    await client.query(
      `UPDATE export_jobs SET stage = 'poll', status_url = $2, kicked_off_at = now(),
         next_run_at = now(), ${untroubled}, ${released} WHERE id = $1`,
      [job.jobId, statusUrl],
    );
    await addEvent(client, job.jobId, "kickoff", event);
  });
}

/** Since when the export is awaited: its kick-off, or the retry that set the clock anew. */
const awaitedSql = "extract(epoch FROM now() - coalesce(limit_from, kicked_off_at, created_at))";
/** Since when nothing has moved: the last change of X-Progress at the latest. */
const stillSql = "extract(epoch FROM now() - greatest(progress_at, kicked_off_at, limit_from))";

function overLimit(job: ClaimedJob, awaitedSeconds: number): AppError | null {
  const hours = job.request.limit_hours ?? env().EXPORT_LIMIT_HOURS;
  return awaitedSeconds > hours * 3_600 ? new AppError("export-over-limit", { hours }) : null;
}

/**
 * Where nobody asked for a limit of its own, only a progress that counts something can stand still:
 * "in progress" may be true, and the same, for days; and many servers tell nothing.
 */
function standsStill(job: ClaimedJob, progress: string | null, seconds: number): AppError | null {
  const hours = job.request.stall_hours ?? env().EXPORT_STALL_HOURS;
  const telling = job.request.stall_hours !== undefined || /\d/.test(progress ?? "");
  if (!telling || seconds <= hours * 3_600) return null;
  return new AppError("export-stalled", { hours, progress: progress ?? "–" });
}

/**
 * The server still prepares: ask again after `delayMs`.
 * @throws AppError export-over-limit, export-stalled: nothing is written then
 */
export function storeWaiting(
  job: ClaimedJob,
  { delayMs, progress }: { delayMs: number; progress: string | null },
): Promise<void> {
  return whileJobHeld(job, async (client) => {
    const { rows } = await client.query<Waited>(
      `UPDATE export_jobs SET next_run_at = now() + $2 * interval '1 millisecond',
         progress_at = CASE WHEN $3::text IS DISTINCT FROM server_progress AND $3 IS NOT NULL
           THEN now() ELSE progress_at END,
         server_progress = coalesce($3, server_progress), ${untroubled}, ${released} WHERE id = $1
       RETURNING ${awaitedSql}::float8 AS awaited, ${stillSql}::float8 AS still,
         server_progress AS progress`,
      [job.jobId, delayMs, progress],
    );
    const { awaited, still, progress: shown } = rows[0] as Waited;
    const enough = overLimit(job, awaited) ?? standsStill(job, shown, still ?? 0);
    if (enough) throw enough;
    if (progress !== null && progress !== job.serverProgress) {
      await addEvent(client, job.jobId, "status_progress", {
        xProgress: progress,
        retryAfter: Math.round(delayMs / 1000),
      });
    }
  });
}

type Waited = { awaited: number; still: number | null; progress: string | null };

/**
 * The manifest has come: its files stand as rows and may be claimed from now on. One that comes again
 * (Bulk Data Access 3.0.0: expired links may be refreshed) changes the links of files that are still
 * to be fetched, and nothing else.
 */
export function storeManifest(
  job: ClaimedJob,
  manifest: {
    transactionTime: Date | null;
    requiresAccessToken: boolean;
    raw: unknown;
    /** how many files each page of it names, in the order in which they came */
    pages: { output: number; deleted: number; error: number }[];
    files: NewFile[];
  },
): Promise<void> {
  return whileJobHeld(job, async (client) => {
    const known = await client.query<NumberedFile>(
      `SELECT file_no AS "fileNo", kind, resource_type AS "resourceType", url,
         expected_count::float8 AS "expectedCount"
       FROM export_files WHERE job_id = $1 ORDER BY file_no`,
      [job.jobId],
    );
    const files = withNumbers(manifest.files, known.rows);
    await client.query(
      `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, expected_count)
       SELECT gen_random_uuid(), $1, n, kind::file_kind, type, url, expected
       FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[])
         AS file (kind, type, url, expected, n)
       ON CONFLICT (job_id, file_no) DO UPDATE SET url = excluded.url
         WHERE export_files.state = 'pending'`,
      [
        job.jobId,
        files.map((file) => file.kind),
        files.map((file) => file.resourceType),
        files.map((file) => file.url),
        files.map((file) => file.expectedCount),
        files.map((file) => file.fileNo),
      ],
    );
    await client.query(
      `UPDATE export_jobs SET stage = 'download', prepared_at = now(),
         kicked_off_at = coalesce(kicked_off_at, now()), next_run_at = now(),
         transaction_time = $2, requires_access_token = $3, manifest = $4, ${untroubled}, ${released}
       WHERE id = $1`,
      [
        job.jobId,
        manifest.transactionTime,
        manifest.requiresAccessToken,
        JSON.stringify(manifest.raw),
      ],
    );
    const transactionTime = manifest.transactionTime?.toISOString() ?? null;
    const countOf = (kind: NewFile["kind"]) => files.filter((file) => file.kind === kind).length;
    for (const page of manifest.pages) {
      await addEvent(client, job.jobId, "status_page_complete", {
        transactionTime,
        outputFileCount: page.output,
        deletedFileCount: page.deleted,
        errorFileCount: page.error,
      });
    }
    await addEvent(client, job.jobId, "status_complete", { transactionTime });
    await addEvent(client, job.jobId, "manifest_complete", {
      transactionTime,
      totalOutputFileCount: countOf("output"),
      totalDeletedFileCount: countOf("deleted"),
      totalErrorFileCount: countOf("error"),
      totalManifests: manifest.pages.length,
    });
  });
}

/** Every file is on disk, or has failed for good. */
export function storeDownloadedJob(job: ClaimedJob): Promise<void> {
  return whileJobHeld(job, async (client) => {
    await client.query(
      `UPDATE export_jobs SET stage = 'load', downloaded_at = now(), next_run_at = now(),
         ${untroubled}, ${released} WHERE id = $1`,
      [job.jobId],
    );
  });
}

/** How the job's files ended, all of them. */
export type FileSums = {
  files: number;
  failed: number;
  /** loaded, but not what the manifest announced */
  mismatched: number;
  /** the words of the first failed file */
  firstReason: string | null;
  /** rows in the database from output files */
  records: number;
  bytes: number;
  lines: number;
  /** attachments that were fetched */
  attachments: number;
  attachmentsFailed: number;
};

/** Reads FileSums within the transaction that ends the job. */
const sumsSql = `
  SELECT count(*)::int AS files,
    (count(*) FILTER (WHERE state = 'failed'))::int AS failed,
    (count(*) FILTER (WHERE ${mismatchedSql}))::int AS mismatched,
    (array_agg(error_message ORDER BY file_no) FILTER (WHERE state = 'failed'))[1] AS "firstReason",
    coalesce(sum(accepted) FILTER (WHERE kind = 'output'), 0)::float8 AS records,
    coalesce(sum(lines) FILTER (WHERE kind = 'output'), 0)::float8 AS lines,
    coalesce(sum(size_bytes), 0)::float8 AS bytes,
    (SELECT count(*)::int FROM export_attachments a
      WHERE a.job_id = $1 AND a.state = 'downloaded') AS attachments,
    (SELECT count(*)::int FROM export_attachments a
      WHERE a.job_id = $1 AND a.state = 'failed') AS "attachmentsFailed"
  FROM export_files f WHERE job_id = $1`;

/**
 * The job has ended, well or with failed files.
 * @param judge from the sums: the failure, or the warning, or neither
 * @param alongside what is written with an end that is no failure, or not at all
 */
export function storeEnd(
  job: ClaimedJob,
  judge: (sums: FileSums) => { failure: AppError } | { warning: WarningCode | null },
  alongside?: (client: pg.PoolClient) => Promise<void>,
): Promise<FileSums> {
  return whileJobHeld(job, async (client) => {
    const { rows } = await client.query<FileSums>(sumsSql, [job.jobId]);
    const sums = rows[0] as FileSums;
    const verdict = judge(sums);
    if ("failure" in verdict) {
      await client.query(
        `UPDATE export_jobs SET stage = 'failed', ended_at = now(), warning = NULL,
           error_code = $2, error_message = $3, error_details = $4, ${released} WHERE id = $1`,
        [job.jobId, ...troubleOf(verdict.failure)],
      );
      await addEvent(client, job.jobId, "export_failed", {
        code: verdict.failure.code,
        message: verdict.failure.message,
      });
      return sums;
    }
    await client.query(
      `UPDATE export_jobs SET stage = 'done', ended_at = now(), warning = $2, ${untroubled}, ${released}
       WHERE id = $1`,
      [job.jobId, verdict.warning],
    );
    await client.query(
      `INSERT INTO export_events (job_id, event, detail)
       SELECT id, 'export_complete', jsonb_build_object('files', $2::int, 'resources', $3::float8,
         'bytes', $4::float8, 'attachments', $5::int,
         'duration', round(extract(epoch FROM now() - coalesce(kicked_off_at, created_at)) * 1000))
       FROM export_jobs WHERE id = $1`,
      [job.jobId, sums.files, sums.records, sums.bytes, sums.attachments],
    );
    await alongside?.(client);
    return sums;
  });
}

/**
 * The step failed and will be tried again after `delayMs`; the row says why it waits. Where the export
 * has been awaited for longer than its limit, the job fails instead: a server may ask us for ever to
 * come later.
 */
export function storeJobRetry(
  job: ClaimedJob,
  { error, delayMs, counted, ...put }: Retry,
): Promise<void> {
  return whileJobHeld(job, async (client) => {
    const { rows } = await client.query<Waited>(
      `UPDATE export_jobs SET next_run_at = now() + $2 * interval '1 millisecond',
         attempts = attempts + $3, error_code = $4, error_message = $5, error_details = $6, ${released}
       WHERE id = $1 RETURNING ${awaitedSql}::float8 AS awaited`,
      [job.jobId, delayMs, counted ? 1 : 0, ...troubleOf(error, put)],
    );
    const preparing = job.stage === "kickoff" || job.stage === "poll";
    const enough = preparing ? overLimit(job, rows[0]?.awaited ?? 0) : null;
    if (enough) return writeFailure(client, job, enough);
    await addEvent(client, job.jobId, job.stage === "kickoff" ? "kickoff" : "status_error", {
      errorCode: error.code,
      code: error.code,
      message: error.message,
      retryInSeconds: Math.round(delayMs / 1000),
    });
  });
}

/** The step failed for good, and the job with it. */
export function storeJobFailure(job: ClaimedJob, error: AppError): Promise<void> {
  return whileJobHeld(job, (client) => writeFailure(client, job, error));
}

async function writeFailure(
  client: pg.PoolClient,
  job: ClaimedJob,
  error: AppError,
): Promise<void> {
  await client.query(
    `UPDATE export_jobs SET stage = 'failed', ended_at = now(), error_code = $2,
       error_message = $3, error_details = $4, ${released} WHERE id = $1`,
    [job.jobId, ...troubleOf(error)],
  );
  const event = job.stage === "kickoff" ? "kickoff" : "status_error";
  const detail = { errorCode: error.code, code: error.code, message: error.message };
  await addEvent(client, job.jobId, event, detail);
  await addEvent(client, job.jobId, "export_failed", { code: error.code, message: error.message });
}
