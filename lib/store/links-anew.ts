import { type ClaimedJob, whileJobHeld } from "./claims";
import { addEvent } from "./events";

/**
 * SQL: did file `f` fail in a way that fresh links may mend? Storage services answer links that have
 * expired with 401 or 403 as often as with 404 or 410.
 */
export const linkExpiredSql = `(f.state = 'failed' AND f.downloaded_at IS NULL
  AND f.error_code IN ('download-expired', 'download-refused', 'access-refused'))`;

/**
 * All files have ended, and links of some had expired: once in a job's life the manifest is asked for
 * anew (Bulk Data Access 3.0.0: it may give fresh links), and those files are fetched again.
 * @returns whether the job goes on so
 * @throws LeaseLost
 */
export function storeLinksAnew(job: ClaimedJob): Promise<boolean> {
  return whileJobHeld(job, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE export_files f SET state = 'pending', attempts = 0, next_run_at = now(),
         error_code = NULL, error_message = NULL, error_details = NULL
       WHERE f.job_id = $1 AND ${linkExpiredSql}
         AND NOT EXISTS (SELECT FROM export_events WHERE job_id = $1 AND event = 'links_expired')`,
      [job.jobId],
    );
    if (!rowCount) return false;
    await client.query(
      `UPDATE export_jobs SET stage = 'poll', next_run_at = now(), attempts = 0,
         locked_by = NULL, locked_until = NULL WHERE id = $1`,
      [job.jobId],
    );
    await addEvent(client, job.jobId, "links_expired", { files: rowCount });
    return true;
  });
}
