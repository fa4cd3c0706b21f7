import { z } from "zod";
import { DataResource } from "@/lib/contract/data";
import { AppError } from "@/lib/errors";
import { attachmentsOfResource } from "@/lib/store/attachments-of-resource";
import { tableOf } from "@/lib/store/data-tables";
import { rows } from "./rows";

/** A resource is found by its job and patient too: ids are unique within one job only. */
export const DataResourceQuery = z.object({
  job: z.uuid().optional(),
  /** '' for resources without a patient */
  patient: z.string().max(2048).optional(),
});
export type DataResourceQuery = z.infer<typeof DataResourceQuery>;

/**
 * One resource with where it came from (job, group, file and line) and its attachments. Without a job the newest that holds
 * it.
 * @throws AppError not-found
 */
export async function dataResource(
  type: string,
  id: string,
  query: DataResourceQuery,
): Promise<DataResource> {
  const table = tableOf(type);
  const [found] = await rows(
    DataResource.omit({ attachments: true }),
    `SELECT t.etl_job_id AS job_id, t.patient_id, t.id, $4::text AS type, t.file_no, t.line_no,
            f.url AS file_url, j.group_name, t.resource
       FROM ${table} AS t
       LEFT JOIN export_jobs AS j ON j.id = t.etl_job_id
       LEFT JOIN export_files AS f ON f.job_id = t.etl_job_id AND f.file_no = t.file_no
      WHERE t.id = $1 ${table === "patients" ? "" : "AND hashtextextended(t.id, 0) = hashtextextended($1, 0)"}
        AND (t.etl_job_id = $2 OR ($2::uuid IS NULL AND j.purpose IS DISTINCT FROM 'members'))
        AND ($3::text IS NULL OR t.patient_id = $3)
        ${table === "resources" ? "AND t.resource_type = $4" : ""}
      ORDER BY j.created_at DESC NULLS LAST
      LIMIT 1`,
    [id, query.job ?? null, query.patient ?? null, type],
  );
  if (!found) throw new AppError("not-found", { what: type });
  const attachments = await attachmentsOfResource({ jobId: found.job_id, type, id });
  return { ...found, attachments };
}
