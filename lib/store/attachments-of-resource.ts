import type { DataResource } from "@/lib/contract/data";
import { AppError } from "@/lib/errors";
import { database } from "./client";

/** The attachments of one resource, in its own order; none where the job left them. */
export async function attachmentsOfResource(resource: {
  jobId: string;
  type: string;
  id: string;
}): Promise<DataResource["attachments"]> {
  const { rows } = await database().pool.query<DataResource["attachments"][number]>(
    `SELECT place, content_type, state, left_reason, size_bytes::float8 FROM export_attachments
     WHERE job_id = $1 AND resource_type = $2 AND resource_id = $3 ORDER BY place`,
    [resource.jobId, resource.type, resource.id],
  );
  return rows;
}

/**
 * Where an attachment lies, of the newest job that has fetched it unless one is named.
 * @returns path under BULK_DIR
 * @throws AppError not-found
 */
export async function attachmentFile(wanted: {
  job?: string;
  type: string;
  id: string;
  place: number;
}): Promise<{ jobId: string; path: string; sizeBytes: number; contentType: string | null }> {
  const { rows } = await database().pool.query<{
    jobId: string;
    path: string;
    sizeBytes: number;
    contentType: string | null;
  }>(
    `SELECT a.job_id AS "jobId", a.path, a.size_bytes::float8 AS "sizeBytes",
       a.content_type AS "contentType"
     FROM export_attachments a JOIN export_jobs j ON j.id = a.job_id
     WHERE ($1::uuid IS NULL OR a.job_id = $1) AND a.resource_type = $2 AND a.resource_id = $3
       AND a.place = $4 AND a.state = 'downloaded'
     ORDER BY j.created_at DESC LIMIT 1`,
    [wanted.job ?? null, wanted.type, wanted.id, wanted.place],
  );
  const [found] = rows;
  if (!found) throw new AppError("not-found", { what: "attachment" });
  return found;
}
