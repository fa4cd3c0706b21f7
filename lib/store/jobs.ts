import { ExportRequest } from "@/lib/contract/export-request";
import {
  type ExportList,
  type JobDetail,
  type JobList,
  type JobListQuery,
  type JobStage,
  type JobSummary,
  Membership,
  type StatusQuery,
} from "@/lib/contract/job";
import { AppError, type WarningCode, warningText } from "@/lib/errors";
import { attachmentsOfJob } from "./attachments-of-job";
import { type BatchJob, batchOf } from "./batch-of";
import { changesSince } from "./changes-since";
import { database } from "./client";
import { completenessOf, isErrorSql, mismatchedSql } from "./completeness";
import { type Details, errorOf } from "./error-of";
import { filesOfJob } from "./job-files";
import { progressRatio, progressSentence, statusOf } from "./job-progress";

// How people and scripts see jobs. Sums are counted from the file rows when asked, so they cannot
// disagree with them.

type SummaryRow = {
  id: string;
  batch_id: string | null;
  stage: JobStage;
  mode: JobSummary["mode"];
  mode_reason: string | null;
  purpose: JobSummary["purpose"];
  membership: Partial<Membership> | null;
  group_patients: number | null;
  records_per_second: number | null;
  server_progress: string | null;
  status_url: string | null;
  connection_id: string | null;
  connection_name: string;
  fhir_base_url: string;
  level: JobSummary["level"];
  group_id: string | null;
  group_name: string | null;
  request: unknown;
  warning: WarningCode | null;
  error_code: string | null;
  error_message: string | null;
  error_details: Details;
  attempts: number;
  waits: boolean;
  next_run_at: Date;
  wait_seconds: number;
  cancel_requested_at: Date | null;
  created_by: string;
  created_at: Date;
  kicked_off_at: Date | null;
  prepared_at: Date | null;
  downloaded_at: Date | null;
  ended_at: Date | null;
  transaction_time: Date | null;
  files: number;
  files_downloaded: number;
  files_loaded: number;
  files_failed: number;
  expected: number | null;
  mismatched: number;
  unread: number;
  lines: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  size_bytes: number;
  file_trouble: { code: string; message: string; details: Details; next_run_at: string } | null;
  server_errors: number;
};

/** What is summed up over a job's files `f`; bigint sums fit a double. */
const batchSumsSql = `
      (count(*) FILTER (WHERE f.kind = 'output'))::int AS files,
      (count(*) FILTER (WHERE f.kind = 'output' AND f.state IN ('downloaded', 'loaded')))::int
        AS files_downloaded,
      (count(*) FILTER (WHERE f.kind = 'output' AND f.state = 'loaded'))::int AS files_loaded,
      (count(*) FILTER (WHERE f.kind = 'output' AND f.state = 'failed'))::int AS files_failed,
      CASE WHEN bool_and(f.expected_count IS NOT NULL) FILTER (WHERE f.kind = 'output')
        THEN (sum(f.expected_count) FILTER (WHERE f.kind = 'output'))::float8 END AS expected,
      (count(*) FILTER (WHERE ${mismatchedSql}))::int AS mismatched,
      coalesce(sum(f.rejected) FILTER (WHERE f.kind <> 'output'), 0)::float8 AS unread,
      coalesce(sum(f.lines) FILTER (WHERE f.kind = 'output'), 0)::float8 AS lines,
      coalesce(sum(f.accepted) FILTER (WHERE f.kind = 'output'), 0)::float8 AS accepted,
      coalesce(sum(f.rejected) FILTER (WHERE f.kind = 'output'), 0)::float8 AS rejected`;
const fileSumsSql = `${batchSumsSql},
      coalesce(sum(f.duplicates) FILTER (WHERE f.kind = 'output'), 0)::float8 AS duplicates,
      coalesce(sum(f.size_bytes) FILTER (WHERE f.kind = 'output'), 0)::float8 AS size_bytes,
      (array_agg(jsonb_build_object(
          'code', f.error_code, 'message', f.error_message, 'details', f.error_details,
          'next_run_at', f.next_run_at))
        FILTER (WHERE f.error_code IS NOT NULL AND f.state IN ('pending', 'downloaded')))[1]
        AS file_trouble`;

/** Everything of a summary, for the rows of a relation `page (id)`. */
const summarySql = `
  SELECT j.id, j.batch_id, j.stage, j.mode, j.mode_reason, j.purpose,
    j.membership - 'request' AS membership, j.group_patients, j.server_progress, j.status_url, j.connection_id,
    j.connection_name, j.fhir_base_url, j.level, j.group_id, j.group_name, j.request, j.warning,
    j.error_code, j.error_message, j.error_details, j.attempts, j.next_run_at,
    (j.stage IN ('kickoff', 'poll') AND j.next_run_at > now()) AS waits,
    greatest(0, ceil(extract(epoch FROM j.next_run_at - now())))::int AS wait_seconds,
    j.cancel_requested_at, j.created_by, j.created_at, j.kicked_off_at, j.prepared_at,
    j.downloaded_at, j.ended_at, j.transaction_time, t.*, o.server_errors,
    CASE WHEN j.stage IN ('download', 'load') THEN (
      SELECT sum(r.lines) / greatest(1, extract(epoch FROM now() - min(r.at)))
      FROM job_throughput r
      WHERE r.job_id = j.id AND r.at > now() - greatest(60, r.seconds) * interval '1 second'
    )::float8 END AS records_per_second
  FROM page JOIN export_jobs j USING (id)
  CROSS JOIN LATERAL (
    SELECT ${fileSumsSql}
    FROM export_files f WHERE f.job_id = j.id) t
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS server_errors FROM export_outcomes e
    WHERE e.job_id = j.id AND ${isErrorSql}) o`;

const time = (at: Date | null) => at?.toISOString() ?? null;

type SumsRow = Pick<
  SummaryRow,
  | "stage"
  | "server_progress"
  | "warning"
  | "files"
  | "files_downloaded"
  | "files_loaded"
  | "files_failed"
  | "expected"
  | "mismatched"
  | "unread"
  | "lines"
  | "accepted"
  | "rejected"
  | "server_errors"
>;

/** What a job's progress and completeness are told from. */
const sumsOf = (row: SumsRow) => ({
  stage: row.stage,
  serverProgress: row.server_progress,
  files: row.files,
  filesDownloaded: row.files_downloaded,
  filesLoaded: row.files_loaded,
  filesFailed: row.files_failed,
  expected: row.expected,
  lines: row.lines,
  records: row.accepted,
  rejected: row.rejected + row.unread,
  mismatched: row.mismatched,
  serverErrors: row.server_errors,
});

function toSummary(row: SummaryRow): JobSummary {
  const request = ExportRequest.parse(row.request);
  const file = row.file_trouble;
  const failure =
    errorOf(row.error_code, row.error_message, row.error_details, row.next_run_at) ??
    (file && (row.stage === "download" || row.stage === "load")
      ? errorOf(file.code, file.message, file.details, file.next_run_at)
      : null);
  const totals = {
    files: row.files,
    files_loaded: row.files_loaded,
    files_failed: row.files_failed,
    expected: row.expected,
    lines: row.lines,
    accepted: row.accepted,
    duplicates: row.duplicates,
    rejected: row.rejected,
    size_bytes: row.size_bytes,
    server_errors: row.server_errors,
  };
  const facts = {
    ...sumsOf(row),
    mode: row.mode,
    trouble: failure?.message ?? null,
    attempts: row.attempts,
    waitSeconds: row.waits ? row.wait_seconds : null,
  };
  const groupName = row.group_name ?? row.group_id ?? "";
  return {
    job_id: row.id,
    batch_id: row.batch_id,
    status: statusOf[row.stage],
    stage: row.stage,
    mode: row.mode,
    mode_reason: row.mode_reason,
    progress: progressSentence(facts),
    server_progress: row.server_progress,
    progress_ratio: progressRatio(facts),
    status_url: row.status_url,
    connection_id: row.connection_id,
    connection_name: row.connection_name,
    fhir_base_url: row.fhir_base_url,
    level: row.level,
    group_id: row.group_id,
    group_name: row.group_name,
    resource_types: request.resource_types,
    since: request.since ?? null,
    purpose: row.purpose,
    membership: Membership.safeParse(row.membership).data ?? null,
    patients: request.patient?.length ?? null,
    group_patients: row.group_patients,
    records_loaded: row.accepted,
    totals,
    records_per_second: row.records_per_second,
    completeness: completenessOf(row.stage, totals, row),
    error: failure?.message ?? null,
    failure,
    warning: row.warning ? warningText(row.warning, { group: groupName }) : null,
    warning_code: row.warning,
    next_run_at: row.waits ? time(row.next_run_at) : null,
    attempts: row.attempts,
    cancel_requested: row.cancel_requested_at !== null,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    kicked_off_at: time(row.kicked_off_at),
    prepared_at: time(row.prepared_at),
    downloaded_at: time(row.downloaded_at),
    ended_at: time(row.ended_at),
    transaction_time: time(row.transaction_time),
  };
}

/** The summaries of these jobs, in the order of the ids; ids that are not known are left out. */
export async function jobSummaries(jobIds: string[]): Promise<JobSummary[]> {
  const { rows } = await database().pool.query<SummaryRow>(
    `WITH page AS (SELECT * FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, place))
     ${summarySql} ORDER BY page.place`,
    [jobIds],
  );
  return rows.map(toSummary);
}

type BatchRow = SumsRow & {
  id: string;
  batch_id: string | null;
  purpose: JobSummary["purpose"];
  connection_id: string | null;
  connection_name: string;
  level: JobSummary["level"];
  group_id: string | null;
  group_name: string | null;
  created_by: string;
  created_at: Date;
  ended_at: Date | null;
};

/**
 * What a batch adds up of its jobs. Their files are summed up in one pass: a page of batches may have
 * thousands of jobs, of which nothing else is shown.
 */
async function batchJobs(jobIds: string[]): Promise<Map<string, BatchJob>> {
  const { rows } = await database().pool.query<BatchRow>(
    `SELECT j.id, j.batch_id, j.stage, j.purpose, j.server_progress, j.warning, j.connection_id,
       j.connection_name, j.level, j.group_id, j.group_name, j.created_by, j.created_at, j.ended_at,
       coalesce(t.files, 0) AS files, coalesce(t.files_downloaded, 0) AS files_downloaded,
       coalesce(t.files_loaded, 0) AS files_loaded, coalesce(t.files_failed, 0) AS files_failed, t.expected,
       coalesce(t.mismatched, 0) AS mismatched, coalesce(t.unread, 0) AS unread,
       coalesce(t.lines, 0) AS lines, coalesce(t.accepted, 0) AS accepted,
       coalesce(t.rejected, 0) AS rejected, coalesce(o.server_errors, 0) AS server_errors
     FROM export_jobs j
     LEFT JOIN (SELECT f.job_id, ${batchSumsSql} FROM export_files f WHERE f.job_id = ANY($1)
                GROUP BY f.job_id) t ON t.job_id = j.id
     LEFT JOIN (SELECT e.job_id, count(*)::int AS server_errors FROM export_outcomes e
                WHERE e.job_id = ANY($1) AND ${isErrorSql} GROUP BY e.job_id) o ON o.job_id = j.id
     WHERE j.id = ANY($1)`,
    [jobIds],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...row,
        job_id: row.id,
        status: statusOf[row.stage],
        completeness: completenessOf(row.stage, row, row),
        progress_ratio: progressRatio({
          ...sumsOf(row),
          trouble: null,
          attempts: 0,
          waitSeconds: null,
        }),
        totals: { files: row.files, files_loaded: row.files_loaded, lines: row.lines },
        records_loaded: row.accepted,
        created_at: row.created_at.toISOString(),
        ended_at: time(row.ended_at),
      },
    ]),
  );
}

type TypeRow = JobDetail["types"][number] & {
  every_kind: number;
  every_rejected: number;
  mismatched: number;
};

/** As many files as an answer that is asked for every second can hold. */
const shownFiles = 1_000;

/**
 * Everything about one job: what the status call answers with.
 * @param files some: at most 1,000, those first that failed, then those under way; none: their sums alone
 * @throws AppError not-found
 */
export async function jobDetail(
  jobId: string,
  { files: which = "some" }: Partial<StatusQuery> = {},
): Promise<JobDetail> {
  const { pool } = database();
  const limit = which === "all" ? null : shownFiles;
  const listed = which === "none" ? 0 : limit;
  // First: who reads that a job has ended asks no more, so what is read beside it must be as final.
  const [summary] = await jobSummaries([jobId]);
  if (!summary) throw new AppError("not-found", { what: "job" });
  const [own, files, types, outcomes, attachments] = await Promise.all([
    pool.query<{ request: unknown; manifest: unknown; deletions: number }>(
      `SELECT request,
         CASE WHEN $2::int IS NULL OR NOT EXISTS (
           SELECT FROM export_files f WHERE f.job_id = j.id AND f.file_no > $2)
         THEN manifest END AS manifest,
         (SELECT count(*)::int FROM deleted_resources d WHERE d.job_id = j.id) AS deletions
       FROM export_jobs j WHERE id = $1`,
      [jobId, limit],
    ),
    listed === 0
      ? []
      : filesOfJob(
          jobId,
          `CASE WHEN $2::int IS NULL THEN 0 WHEN f.state = 'failed' THEN 1
             WHEN f.locked_until > now() THEN 2 ELSE 3 END, f.file_no`,
          listed,
        ),
    pool.query<TypeRow>(
      `SELECT resource_type AS type, (count(*) FILTER (WHERE kind = 'output'))::int AS files,
         coalesce(sum(lines) FILTER (WHERE kind = 'output'), 0)::float8 AS lines,
         (count(*) FILTER (WHERE kind = 'output' AND state = 'failed'))::int AS files_failed,
         coalesce(sum(accepted) FILTER (WHERE kind = 'output'), 0)::float8 AS accepted,
         coalesce(sum(duplicates) FILTER (WHERE kind = 'output'), 0)::float8 AS duplicates,
         coalesce(sum(rejected) FILTER (WHERE kind = 'output'), 0)::float8 AS rejected,
         CASE WHEN bool_and(expected_count IS NOT NULL) FILTER (WHERE kind = 'output')
           THEN (sum(expected_count) FILTER (WHERE kind = 'output'))::float8 END AS expected,
         count(*)::int AS every_kind, sum(rejected)::float8 AS every_rejected,
         (count(*) FILTER (WHERE kind = 'output' AND ${mismatchedSql}))::int AS mismatched
       FROM export_files f WHERE job_id = $1 GROUP BY resource_type ORDER BY lines DESC, type`,
      [jobId],
    ),
    pool.query<JobDetail["outcomes"][number]>(
      `SELECT f.file_no, e.severity, e.code, e.diagnostics
       FROM export_outcomes e JOIN export_files f ON f.id = e.file_id
       WHERE e.job_id = $1
       ORDER BY array_position(ARRAY['fatal', 'error', 'warning', 'information'], e.severity),
         f.file_no, e.line_no, e.issue_no
       LIMIT 200`,
      [jobId],
    ),
    attachmentsOfJob(jobId),
  ]);
  const [job] = own.rows;
  if (!job) throw new AppError("not-found", { what: "job" });
  const ended = summary.ended_at !== null;
  const request = ExportRequest.parse(job.request);
  const { connection_id: connectionId, level, group_id: groupId } = summary;
  // A list of members and the history of some are no beginning of their own.
  const follows = summary.stage === "done" && !request.elements && !request.patient;
  const since =
    follows && connectionId ? await changesSince({ connectionId, level, groupId, request }) : null;
  const retry =
    (summary.stage === "failed" || summary.warning_code === "attachments-failed") &&
    connectionId !== null;
  const sum = (count: (row: TypeRow) => number) =>
    types.rows.reduce((total, row) => total + count(row), 0);
  return {
    ...summary,
    files,
    files_left_out: sum(({ every_kind }) => every_kind) - files.length,
    rejected_lines: sum(({ every_rejected }) => every_rejected),
    files_mismatched: sum(({ mismatched }) => mismatched),
    types: types.rows.flatMap(({ every_kind, every_rejected, mismatched, ...type }) =>
      type.files > 0 ? [type] : [],
    ),
    attachments: attachments.sums,
    attachments_failed: attachments.failed,
    request,
    manifest: job.manifest,
    outcomes: outcomes.rows,
    deletions: job.deletions,
    changes_since: time(since),
    can: { cancel: !ended, retry, purge: ended },
    cannot: {
      ...(ended && { cancel: "ended" as const }),
      ...(!retry && { retry: whyNoRetry(summary) }),
      ...(connectionId
        ? summary.purpose && { again: "part-of-changes" as const }
        : { again: "no-connection" as const }),
      ...(!since && { changes: whyNoChanges(summary, request) }),
      ...(!ended && { purge: "running" as const }),
    },
  };
}

type Reasons = Required<JobDetail["cannot"]>;

function whyNoRetry(job: JobSummary): Reasons["retry"] {
  if (job.ended_at === null) return "running";
  if (job.connection_id === null) return "no-connection";
  return job.stage === "cancelled" ? "cancelled" : "completed";
}

/** Which of the rules of changes-since this job breaks first. */
function whyNoChanges(job: JobSummary, request: ExportRequest): Reasons["changes"] {
  if (job.ended_at === null) return "running";
  if (job.connection_id === null) return "no-connection";
  if (job.warning_code === "empty-group") return "empty-group";
  if (request.elements || request.patient || request.until) return "part";
  return job.stage === "done" && job.transaction_time === null ? "no-time" : "not-whole";
}

/** @throws AppError not-found */
export async function jobExists(jobId: string): Promise<void> {
  const { rowCount } = await database().pool.query("SELECT 1 FROM export_jobs WHERE id = $1", [
    jobId,
  ]);
  if (!rowCount) throw new AppError("not-found", { what: "job" });
}

/**
 * The jobs of a batch that have not ended, in their order.
 * @throws AppError not-found where there is no such batch
 */
export async function runningOf(batchId: string): Promise<string[]> {
  const { rows } = await database().pool.query<{ id: string; ended: boolean }>(
    `SELECT id, stage IN ('done', 'failed', 'cancelled') AS ended FROM export_jobs
     WHERE batch_id = $1 ORDER BY created_at`,
    [batchId],
  );
  if (rows.length === 0) throw new AppError("not-found", { what: "batch" });
  return rows.filter(({ ended }) => !ended).map(({ id }) => id);
}

const stagesOf = (statuses: readonly string[]): JobStage[] =>
  (Object.keys(statusOf) as JobStage[]).filter((stage) => statuses.includes(statusOf[stage]));

const sumOf = (column: string) =>
  `(SELECT ${column} FROM export_files f WHERE f.job_id = export_jobs.id AND f.kind = 'output')`;

const sortBy: Record<JobListQuery["sort"], string> = {
  created_at: "created_at",
  group: "lower(coalesce(group_name, group_id))",
  connection: "lower(connection_name)",
  status: "stage",
  duration: "coalesce(ended_at, now()) - created_at",
  files: sumOf("count(*)"),
  records: sumOf("sum(accepted)"),
  who: "lower(created_by)",
};

/** How a batch's rows become one value to sort by. */
const together: Record<JobListQuery["sort"], string> = {
  created_at: "max(value)",
  group: "min(value)",
  connection: "min(value)",
  status: "min(value)",
  duration: "max(value)",
  files: "sum(value)",
  records: "sum(value)",
  who: "min(value)",
};

/** What a list is asked for, as conditions on `export_jobs` with their values $1 … $5. */
function filterOf(query: JobListQuery): { where: string; values: unknown[] } {
  const like = query.q ? `%${query.q.trim().replace(/[\\%_]/g, "\\$&")}%` : null;
  return {
    where: `($1::stage[] IS NULL OR stage = ANY($1)) AND ($2::uuid IS NULL OR connection_id = $2)
    AND ($3::text IS NULL OR group_id = $3) AND ($4::uuid IS NULL OR batch_id = $4)
    AND ($5::text IS NULL OR group_id ILIKE $5 OR group_name ILIKE $5 OR connection_name ILIKE $5
      OR id::text ILIKE $5)`,
    values: [
      query.status?.length ? stagesOf(query.status) : null,
      query.connection_id ?? null,
      query.group_id ?? null,
      query.batch_id ?? null,
      like,
    ],
  };
}

/** Both come from closed sets of our own, never from the caller's text. */
const direction = (query: JobListQuery) => `${query.order === "asc" ? "ASC" : "DESC"} NULLS LAST`;

/** The jobs, filtered, sorted and paged in SQL; pages count from 1. */
export async function jobList(query: JobListQuery): Promise<JobList> {
  const { pool } = database();
  const { where, values } = filterOf(query);
  const order = `${sortBy[query.sort]} ${direction(query)}, created_at DESC, id`;
  const [counted, ids] = await Promise.all([
    pool.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM export_jobs WHERE ${where}`,
      values,
    ),
    pool.query<{ id: string }>(
      `SELECT id FROM export_jobs WHERE ${where} ORDER BY ${order} LIMIT $6 OFFSET $7`,
      [...values, query.page_size, (query.page - 1) * query.page_size],
    ),
  ]);
  return {
    jobs: await jobSummaries(ids.rows.map((row) => row.id)),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    page_size: query.page_size,
  };
}

/**
 * As jobList, with the jobs of a batch as one entry where several of them fit. A batch stands where its
 * newest, first or largest job would, or its sum.
 */
export async function exportList(query: JobListQuery): Promise<ExportList> {
  const { pool } = database();
  const { where, values } = filterOf(query);
  const { rows } = await pool.query<{ ids: string[]; total: number; jobs: number }>(
    `WITH fitting AS (
       SELECT id, coalesce(batch_id, id) AS unit, created_at, ${sortBy[query.sort]} AS value
       FROM export_jobs WHERE ${where})
     SELECT array_agg(id ORDER BY created_at, id) AS ids, (count(*) OVER ())::int AS total,
       (sum(count(*)) OVER ())::int AS jobs
     FROM fitting GROUP BY unit
     ORDER BY ${together[query.sort]} ${direction(query)}, max(created_at) DESC, unit
     LIMIT $6 OFFSET $7`,
    [...values, query.page_size, (query.page - 1) * query.page_size],
  );
  const single = rows.filter(({ ids }) => ids.length === 1).flatMap(({ ids }) => ids);
  const several = rows.filter(({ ids }) => ids.length > 1).flatMap(({ ids }) => ids);
  const [shown, inBatches] = await Promise.all([
    jobSummaries(single),
    several.length > 0 ? batchJobs(several) : new Map<string, BatchJob>(),
  ]);
  const summaries = new Map(shown.map((job) => [job.job_id, job]));
  return {
    exports: rows.flatMap<ExportList["exports"][number]>(({ ids }) => {
      const [first = ""] = ids;
      const job = summaries.get(first);
      if (job) return [{ job, batch: null }];
      const jobs = ids.flatMap((id) => inBatches.get(id) ?? []);
      return jobs.length > 0 ? [{ job: null, batch: batchOf(jobs) }] : [];
    }),
    total: rows[0]?.total ?? 0,
    jobs: rows[0]?.jobs ?? 0,
    page: query.page,
    page_size: query.page_size,
  };
}
