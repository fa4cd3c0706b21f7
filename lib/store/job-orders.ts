import type pg from "pg";
import type { JobStage } from "@/lib/contract/job";
import { AppError } from "@/lib/errors";
import { inTransaction } from "./claims";
import { database } from "./client";
import { addEvent } from "./events";
import { statusOf } from "./job-progress";
import { linkExpiredSql } from "./links-anew";

// What a person may order about a job. Each is one transaction in which the job's row is locked, and
// takes the leases away: whoever works on the job or its files finds its next write refused and stops.

type Row = {
  stage: JobStage;
  connection_id: string | null;
  fhir_base_url: string;
  status_url: string | null;
  error_code: string | null;
  warning: string | null;
  ended: boolean;
  files: number;
  expired: number;
};

const lockSql = `
  SELECT stage, connection_id, fhir_base_url, status_url, error_code, warning,
    stage IN ('done', 'failed', 'cancelled') AS ended,
    (SELECT count(*)::int FROM export_files f WHERE f.job_id = j.id) AS files,
    (SELECT count(*)::int FROM export_files f
      WHERE f.job_id = j.id AND ${linkExpiredSql}) AS expired
  FROM export_jobs j WHERE id = $1`;

/** Of the job's files and attachments; waits for what is written under them at this moment. */
async function takeLeasesAway(client: pg.PoolClient, jobId: string): Promise<void> {
  for (const table of ["export_files", "export_attachments"]) {
    await client.query(
      `UPDATE ${table} SET locked_by = NULL, locked_until = NULL
       WHERE id IN (
         SELECT id FROM ${table} WHERE job_id = $1 AND locked_by IS NOT NULL
         ORDER BY id FOR NO KEY UPDATE)`,
      [jobId],
    );
  }
}

/**
 * Cancels at once, whoever is at work. Rows and files stay until the job is removed.
 * @returns where the server's export is, so that it can be told
 * @throws AppError not-found, job-ended
 */
export function storeCancel(
  jobId: string,
  by: string,
): Promise<{ connectionId: string | null; fhirBaseUrl: string; statusUrl: string | null }> {
  return inTransaction(async (client) => {
    const { rows } = await client.query<Row>(`${lockSql} FOR NO KEY UPDATE OF j`, [jobId]);
    const job = rows[0];
    if (!job) throw new AppError("not-found", { what: "job" });
    if (job.ended) throw new AppError("job-ended", { status: statusOf[job.stage] });
    await client.query(
      `UPDATE export_jobs SET stage = 'cancelled', cancel_requested_at = now(), ended_at = now(),
         error_code = NULL, error_message = NULL, error_details = NULL,
         locked_by = NULL, locked_until = NULL WHERE id = $1`,
      [jobId],
    );
    await takeLeasesAway(client, jobId);
    await addEvent(client, jobId, "cancel", { by });
    return {
      connectionId: job.connection_id,
      fhirBaseUrl: job.fhir_base_url,
      statusUrl: job.status_url,
    };
  });
}

/**
 * Sends a failed job on its way again. What arrived is kept: only failed files are done again, from
 * the step that they failed in, and failed attachments. A job that lacks attachments alone is settled
 * already, and stays so.
 * @param stageToRetry where it goes on
 * @throws AppError not-found, job-not-resumable
 */
export function storeRetry(
  jobId: string,
  by: string,
  stageToRetry: (job: {
    files: number;
    expiredFiles: number;
    statusUrl: string | null;
    errorCode: string | null;
  }) => JobStage,
): Promise<void> {
  return inTransaction(async (client) => {
    const { rows } = await client.query<Row>(`${lockSql} FOR NO KEY UPDATE OF j`, [jobId]);
    const job = rows[0];
    if (!job) throw new AppError("not-found", { what: "job" });
    const lacking = job.stage === "done" && job.warning === "attachments-failed";
    if (job.stage !== "failed" && !lacking)
      throw new AppError("job-not-resumable", { reason: "not_failed" });
    if (!job.connection_id) throw new AppError("job-not-resumable", { reason: "no_connection" });
    const stage = lacking
      ? "load"
      : stageToRetry({
          files: job.files,
          expiredFiles: job.expired,
          statusUrl: job.status_url,
          errorCode: job.error_code,
        });
    await client.query(
      `UPDATE export_attachments SET state = 'pending', attempts = 0, next_run_at = now(),
         error_code = NULL, error_message = NULL, error_details = NULL
       WHERE job_id = $1 AND state = 'failed'`,
      [jobId],
    );
    await client.query(
      `UPDATE export_files SET
         state = CASE WHEN downloaded_at IS NULL THEN 'pending' ELSE 'downloaded' END::file_state,
         attempts = 0, next_run_at = now(), locked_by = NULL, locked_until = NULL,
         error_code = NULL, error_message = NULL, error_details = NULL
       WHERE job_id = $1 AND state = 'failed'`,
      [jobId],
    );
    await client.query(
      `UPDATE export_jobs SET stage = $2, next_run_at = now(), attempts = 0, ended_at = NULL,
         error_code = NULL, error_message = NULL, error_details = NULL, warning = NULL,
         locked_by = NULL, locked_until = NULL,
         limit_from = now(),
         attachments_found = CASE WHEN $3 THEN attachments_found END,
         mode = CASE WHEN $2 = 'kickoff'::stage AND request->>'mode' IS DISTINCT FROM 'search'
           THEN 'bulk'::export_mode ELSE mode END,
         mode_reason = CASE WHEN $2 = 'kickoff'::stage THEN NULL ELSE mode_reason END,
         status_url = CASE WHEN $2 = 'kickoff'::stage THEN NULL ELSE status_url END
       WHERE id = $1`,
      [jobId, stage, lacking],
    );
    await addEvent(client, jobId, "retry", { by, stage });
  });
}

/**
 * Removes a job's rows here, after `before` has removed what lies elsewhere (partitions, files). First of all
 * it counts as cancelled, and nobody's lease holds: where the removal is interrupted, what is left is no export
 * that others are compared with, and it can be removed again. The row is locked while `before` is at work.
 * @throws AppError not-found, job-not-ended
 */
export async function storePurge(jobId: string, before: () => Promise<void>): Promise<void> {
  await inTransaction(async (client) => {
    const { rows } = await client.query<Row>(`${lockSql} FOR NO KEY UPDATE OF j`, [jobId]);
    const job = rows[0];
    if (!job) throw new AppError("not-found", { what: "job" });
    if (!job.ended) throw new AppError("job-not-ended");
    await client.query(
      `UPDATE export_jobs SET stage = 'cancelled', locked_by = NULL, locked_until = NULL
       WHERE id = $1`,
      [jobId],
    );
    // A chunk needs the job's row for what it writes beside its rows: before that is locked, it must be in.
    await takeLeasesAway(client, jobId);
  });
  await inTransaction(async (client) => {
    const { rowCount } = await client.query("SELECT FROM export_jobs WHERE id = $1 FOR UPDATE", [
      jobId,
    ]);
    if (!rowCount) throw new AppError("not-found", { what: "job" });
    await before();
    await client.query("DELETE FROM export_jobs WHERE id = $1", [jobId]);
  });
}

/** Is there no such job any more? Waits for a removal that is under way. */
export async function isRemoved(jobId: string): Promise<boolean> {
  const { rowCount } = await database().pool.query(
    "SELECT FROM export_jobs WHERE id = $1 FOR KEY SHARE",
    [jobId],
  );
  return rowCount === 0;
}
