import { type ClaimedFile, type ClaimedJob, whileFileHeld, whileJobHeld } from "./claims";
import { database } from "./client";
import { addEvent } from "./events";
import type { NewFile } from "./file-numbers";

// What the steps of a search write beside those of a bulk export: once, in one transaction, fenced.

const released = "locked_by = NULL, locked_until = NULL";
const untroubled = "attempts = 0, error_code = NULL, error_message = NULL, error_details = NULL";

/** Bulk export does not work at this server: the job begins again, by search, at once. */
export function storeSearchInstead(job: ClaimedJob, reason: string): Promise<void> {
  return whileJobHeld(job, async (client) => {
    await client.query(
      `UPDATE export_jobs SET mode = 'search', mode_reason = $2, stage = 'kickoff',
         status_url = NULL, server_progress = NULL, kicked_off_at = NULL, next_run_at = now(),
         ${untroubled}, ${released} WHERE id = $1`,
      [job.jobId, reason],
    );
    await addEvent(client, job.jobId, "search_instead", { reason });
  });
}

/** More files of a job that is at download; the job is claimed again when they have ended. */
export function storeMoreFiles(job: ClaimedJob, files: NewFile[]): Promise<void> {
  return whileJobHeld(job, async (client) => {
    await client.query(
      `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url)
       SELECT gen_random_uuid(), $1, last.no + file.place, kind::file_kind, type, url
       FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY
         AS file (kind, type, url, place),
         (SELECT coalesce(max(file_no), 0) AS no FROM export_files WHERE job_id = $1) AS last`,
      [
        job.jobId,
        files.map((file) => file.kind),
        files.map((file) => file.resourceType),
        files.map((file) => file.url),
      ],
    );
    await client.query(
      `UPDATE export_jobs SET next_run_at = now(), ${untroubled}, ${released} WHERE id = $1`,
      [job.jobId],
    );
    await addEvent(client, job.jobId, "search_references", { files: files.length });
  });
}

/** How many lines the server said that a search brings, known when it has come. */
export function storeExpected(file: ClaimedFile, expected: number | null): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query("UPDATE export_files SET expected_count = $2 WHERE id = $1", [
      file.fileId,
      expected,
    ]);
  });
}

/** A file of a search: its unit, and where under BULK_DIR it lies once it is there. */
export type OnDisk = {
  fileId: string;
  url: string;
  path: string | null;
  sizeBytes: number;
  /** came after the last look at what the files refer to */
  isNew: boolean;
};

/** The files of a job as a search looks at them: what of it lies on disk, and what was planned. */
export async function filesOnDisk(job: Pick<ClaimedJob, "jobId">): Promise<OnDisk[]> {
  const { rows } = await database().pool.query<OnDisk>(
    `SELECT id AS "fileId", url, CASE WHEN downloaded_at IS NOT NULL AND state <> 'failed' THEN path END AS path,
       size_bytes::float8 AS "sizeBytes",
       coalesce(downloaded_at > (SELECT max(at) FROM export_events
         WHERE job_id = $1 AND event = 'search_references'), true) AS "isNew"
     FROM export_files WHERE job_id = $1 AND kind = 'output' ORDER BY file_no`,
    [job.jobId],
  );
  return rows;
}

/**
 * A file that was loaded is not on disk any more, though something of it is needed: it is due for its load
 * again, which has it fetched anew.
 */
export function storeLoadAgain(job: ClaimedJob, fileId: string): Promise<void> {
  return whileJobHeld(job, async (client) => {
    await client.query(
      `UPDATE export_files SET state = 'downloaded', next_run_at = now()
       WHERE id = $1 AND state = 'loaded'`,
      [fileId],
    );
  });
}
