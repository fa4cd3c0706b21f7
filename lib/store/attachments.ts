import type { AttachmentsRequest } from "@/lib/contract/export-request";
import type { AppError } from "@/lib/errors";
import { type ClaimedJob, whileJobHeld } from "./claims";
import { database } from "./client";
import { addEvent, withoutQuery } from "./events";
import { LeaseLost } from "./lease-lost";
import { putOffMsSql, type Retry, troubleOf } from "./trouble";

// Documents that resources name by their address. They are no files of the manifest and have a table of
// their own, so that no sum over files has to tell them apart; leases work as in claims.ts.

export type ClaimedAttachment = {
  attachmentId: string;
  holder: string;
  jobId: string;
  resourceType: string;
  /** as the resource has it: may be relative to the FHIR base */
  url: string;
  contentType: string | null;
  attempts: number;
  /** for how long the server has put it off, in all */
  putOffMs: number;
  /** an earlier claim may have left a part */
  begun: boolean;
  connectionId: string | null;
  fhirBaseUrl: string;
  requiresAccessToken: boolean;
  /** null where the job does not want attachments any more */
  wanted: AttachmentsRequest | null;
};

/**
 * Every attachment by address of a job's rows: DocumentReference.content[].attachment,
 * DiagnosticReport.presentedForm[], Media.content. Where `data` stands beside it the document is here.
 * Reports are many and seldom have one, so the word is looked for before their JSON is read.
 */
const foundSql = `
  SELECT r.resource_type, r.id, r.patient_id, (e.no - 1)::int AS place, a.attachment->>'url' AS url,
    nullif(lower(trim(split_part(a.attachment->>'contentType', ';', 1))), '') AS content_type,
    CASE WHEN a.attachment->>'size' ~ '^[0-9]{1,15}$' THEN (a.attachment->>'size')::bigint END AS size
  FROM resources r
  CROSS JOIN LATERAL json_array_elements(CASE r.resource_type
    WHEN 'Media' THEN json_build_array(r.resource->'content')
    WHEN 'DocumentReference' THEN CASE json_typeof(r.resource->'content')
      WHEN 'array' THEN r.resource->'content' ELSE '[]' END
    ELSE CASE json_typeof(r.resource->'presentedForm')
      WHEN 'array' THEN r.resource->'presentedForm' ELSE '[]' END
    END) WITH ORDINALITY AS e (item, no)
  CROSS JOIN LATERAL (SELECT CASE r.resource_type
    WHEN 'DocumentReference' THEN e.item->'attachment' ELSE e.item END AS attachment) AS a
  WHERE r.etl_job_id = $1 AND r.resource_type IN ('DocumentReference', 'DiagnosticReport', 'Media')
    AND (r.resource_type <> 'DiagnosticReport' OR strpos(r.resource::text, '"presentedForm"') > 0)
    AND a.attachment->>'url' <> '' AND a.attachment->>'data' IS NULL`;

/**
 * The job's rows are settled: its attachments are counted and, where it wants them, stand as rows and may
 * be claimed. One statement; safe to repeat: of an attachment that stands there already only another
 * address counts.
 * @returns whether any is to be fetched: then the job is given back until they have ended
 * @throws LeaseLost
 */
export function storeAttachments(job: ClaimedJob): Promise<boolean> {
  const wanted = job.request.attachments;
  return whileJobHeld(job, async (client) => {
    if (wanted) {
      await client.query(
        `INSERT INTO export_attachments AS x (job_id, resource_type, resource_id, patient_id, place, url,
           content_type, state, left_reason)
         SELECT $1, resource_type, id, patient_id, place, url, content_type,
           CASE WHEN other OR large THEN 'left' ELSE 'pending' END::attachment_state,
           CASE WHEN other THEN 'other-type' WHEN large THEN 'too-large' END
         FROM (
           SELECT *, coalesce(size > $2, false) AS large,
             $3::text[] IS NOT NULL AND coalesce(NOT content_type ^@ ANY($3), false) AS other
           FROM (${foundSql}) AS f
         ) AS judged
         ON CONFLICT (job_id, resource_type, resource_id, place) DO UPDATE SET
           url = excluded.url, content_type = excluded.content_type, state = excluded.state,
           left_reason = excluded.left_reason, next_run_at = now(), attempts = 0, path = NULL,
           size_bytes = 0, error_code = NULL, error_message = NULL, error_details = NULL
         WHERE x.url <> excluded.url`,
        [job.jobId, wanted.max_bytes, wanted.content_types ?? null],
      );
    }
    const counted = await client.query<{ found: number }>(
      wanted
        ? "SELECT count(*)::int AS found FROM export_attachments WHERE job_id = $1"
        : `SELECT count(*)::int AS found FROM (${foundSql}) AS f`,
      [job.jobId],
    );
    const { rows } = await client.query<{ waits: boolean }>(
      `UPDATE export_jobs j SET attachments_found = $2, next_run_at = now(),
         locked_by = CASE WHEN NOT p.waits THEN locked_by END,
         locked_until = CASE WHEN NOT p.waits THEN locked_until END
       FROM (SELECT EXISTS (
         SELECT 1 FROM export_attachments WHERE job_id = $1 AND state = 'pending') AS waits) AS p
       WHERE j.id = $1 RETURNING p.waits`,
      [job.jobId, counted.rows[0]?.found ?? 0],
    );
    return rows[0]?.waits ?? false;
  });
}

/** What one claim takes: a part of what is due, so that other workers find some too. */
const batch = 32;
const share = 16;

const claimSql = `
  WITH job AS (
    SELECT j.* FROM (SELECT * FROM export_jobs WHERE stage = 'load' ORDER BY random()) j
    WHERE EXISTS (
      SELECT 1 FROM export_attachments c
      WHERE c.job_id = j.id AND c.state = 'pending' AND c.next_run_at < now() + interval '1 ms'
        AND (c.locked_until IS NULL OR c.locked_until <= now()))
    LIMIT 1
  ), due AS (
    SELECT id, row_number() OVER () AS place, count(*) OVER () AS due
    FROM (
      SELECT c.id FROM export_attachments c
      WHERE c.job_id = (SELECT id FROM job) AND c.state = 'pending'
        AND c.next_run_at < now() + interval '1 ms'
        AND (c.locked_until IS NULL OR c.locked_until <= now())
      ORDER BY c.next_run_at
      LIMIT ${batch * share}) c
  ), chosen AS MATERIALIZED (
    SELECT c.id, c.locked_by IS NOT NULL OR c.attempts > 0 AS begun FROM export_attachments c
    WHERE c.id IN (SELECT id FROM due WHERE place <= ceil(due / ${share}.0))
      AND c.state = 'pending' AND (c.locked_until IS NULL OR c.locked_until <= now())
    ORDER BY c.id
    FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE export_attachments x SET locked_by = $1, locked_until = now() + make_interval(secs => $2)
  FROM job, chosen
  WHERE x.id = chosen.id
  RETURNING x.id AS "attachmentId", x.locked_by AS holder, x.job_id AS "jobId",
    x.resource_type AS "resourceType", x.url, x.content_type AS "contentType", x.attempts,
    ${putOffMsSql("x")} AS "putOffMs",
    chosen.begun, job.connection_id AS "connectionId", job.fhir_base_url AS "fhirBaseUrl",
    job.requires_access_token AS "requiresAccessToken", job.request->'attachments' AS wanted`;

/**
 * Takes attachments of one job that are due, all under `holder`.
 * @returns none where none is due
 */
export async function claimAttachments(
  holder: string,
  leaseSeconds: number,
): Promise<ClaimedAttachment[]> {
  const { rows } = await database().pool.query<ClaimedAttachment>(claimSql, [holder, leaseSeconds]);
  return rows;
}

const idsOf = (attachments: readonly ClaimedAttachment[]) =>
  attachments.map(({ attachmentId }) => attachmentId);

const heldSql = `id IN (
  SELECT id FROM export_attachments WHERE id = ANY($1::uuid[]) AND locked_by = $2
  ORDER BY id FOR NO KEY UPDATE)`;

/** Prolongs the leases of one claim. @returns false where all of them are lost */
export async function renewAttachments(
  attachments: readonly ClaimedAttachment[],
  leaseSeconds: number,
): Promise<boolean> {
  if (attachments.length === 0) return true;
  const { rowCount } = await database().pool.query(
    `UPDATE export_attachments SET locked_until = now() + make_interval(secs => $3) WHERE ${heldSql}`,
    [idsOf(attachments), attachments[0]?.holder, leaseSeconds],
  );
  return (rowCount ?? 0) > 0;
}

/** Gives attachments of one claim back as they are, due after `delayMs`. */
export async function releaseAttachments(
  attachments: readonly ClaimedAttachment[],
  delayMs = 0,
): Promise<void> {
  if (attachments.length === 0) return;
  await database().pool.query(
    `UPDATE export_attachments SET locked_by = NULL, locked_until = NULL,
       next_run_at = now() + $3 * interval '1 millisecond' WHERE ${heldSql}`,
    [idsOf(attachments), attachments[0]?.holder, delayMs],
  );
}

async function write(attachment: ClaimedAttachment, set: string, values: unknown[]): Promise<void> {
  const { rowCount } = await database().pool.query(
    `UPDATE export_attachments SET ${set}, locked_by = NULL, locked_until = NULL
     WHERE id = $1 AND locked_by = $2`,
    [attachment.attachmentId, attachment.holder, ...values],
  );
  if (rowCount !== 1) throw new LeaseLost(`attachment ${attachment.attachmentId}`);
}

const untroubled = "attempts = 0, error_code = NULL, error_message = NULL, error_details = NULL";

/** It lies on disk, whole. @throws LeaseLost */
export const storeAttachment = (
  attachment: ClaimedAttachment,
  fetched: { path: string; sizeBytes: number; contentType: string | null },
): Promise<void> =>
  write(
    attachment,
    `state = 'downloaded', path = $3, size_bytes = $4, content_type = coalesce(content_type, $5),
     downloaded_at = now(), ${untroubled}`,
    [fetched.path, fetched.sizeBytes, fetched.contentType],
  );

/** The answer showed that the limits of the export leave it out. @throws LeaseLost */
export const storeAttachmentLeft = (
  attachment: ClaimedAttachment,
  reason: "too-large" | "other-type",
): Promise<void> => write(attachment, `state = 'left', left_reason = $3, ${untroubled}`, [reason]);

/** The step failed and will be tried again after `delayMs`. @throws LeaseLost */
export const storeAttachmentRetry = (
  attachment: ClaimedAttachment,
  { error, delayMs, counted, ...put }: Retry,
): Promise<void> =>
  write(
    attachment,
    `next_run_at = now() + $3 * interval '1 millisecond', attempts = attempts + $4,
     error_code = $5, error_message = $6, error_details = $7`,
    [delayMs, counted ? 1 : 0, ...troubleOf(error, put)],
  );

/** It will not come; everything else goes on. @throws LeaseLost */
export async function storeAttachmentFailure(
  attachment: ClaimedAttachment,
  error: AppError,
): Promise<void> {
  await write(
    attachment,
    `state = 'failed', attempts = attempts + 1, error_code = $3, error_message = $4, error_details = $5`,
    [...troubleOf(error)],
  );
  await addEvent(database().pool, attachment.jobId, "download_error", {
    fileUrl: withoutQuery(attachment.url),
    itemType: "attachment",
    resourceType: attachment.resourceType,
    code: error.code,
    message: error.message,
  });
}
