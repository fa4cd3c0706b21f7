import type { AttachmentSums, JobDetail } from "@/lib/contract/job";
import { database } from "./client";

type Row = {
  found: number | null;
  pending: number;
  downloaded: number;
  left_too_large: number;
  left_other_type: number;
  failed: number;
  bytes: number;
  failures: JobDetail["attachments_failed"] | null;
};

/**
 * How a job's attachments stand, and the first hundred that failed. What the limits leave is counted by
 * reason; where the export did not ask for attachments all of them are left.
 * @returns sums: null before the job's rows were settled, which is when attachments are looked for
 */
export async function attachmentsOfJob(
  jobId: string,
): Promise<{ sums: AttachmentSums | null; failed: JobDetail["attachments_failed"] }> {
  const { rows } = await database().pool.query<Row>(
    `SELECT attachments_found AS found, t.*,
       (SELECT json_agg(json_build_object(
            'type', a.resource_type, 'id', a.resource_id, 'place', a.place, 'url', a.url,
            'error', json_build_object('code', a.error_code, 'message', a.error_message,
              'params', coalesce(a.error_details->'params', '{}'),
              'evidence', coalesce(a.error_details->'evidence', '{}'))))
        FROM (SELECT * FROM export_attachments x WHERE x.job_id = j.id AND x.state = 'failed'
          ORDER BY x.resource_type, x.resource_id, x.place LIMIT 100) AS a) AS failures
     FROM export_jobs j CROSS JOIN LATERAL (
       SELECT (count(*) FILTER (WHERE state = 'pending'))::int AS pending,
         (count(*) FILTER (WHERE state = 'downloaded'))::int AS downloaded,
         (count(*) FILTER (WHERE left_reason = 'too-large'))::int AS left_too_large,
         (count(*) FILTER (WHERE left_reason = 'other-type'))::int AS left_other_type,
         (count(*) FILTER (WHERE state = 'failed'))::int AS failed,
         coalesce(sum(size_bytes) FILTER (WHERE state = 'downloaded'), 0)::float8 AS bytes
       FROM export_attachments a WHERE a.job_id = j.id) AS t
     WHERE id = $1`,
    [jobId],
  );
  const [row] = rows;
  if (!row || row.found === null) return { sums: null, failed: [] };
  const { found, failures, ...sums } = row;
  const left = found - sums.pending - sums.downloaded - sums.failed;
  return { sums: { found, left, ...sums }, failed: failures ?? [] };
}
