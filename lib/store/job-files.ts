import type { FileList, FileListQuery, FileView } from "@/lib/contract/job";
import { database } from "./client";
import { mismatchedSql } from "./completeness";
import { type Details, errorOf } from "./error-of";

type FileRow = {
  file_no: number;
  kind: FileView["kind"];
  resource_type: string | null;
  url: string;
  state: FileView["state"];
  expected: number | null;
  lines: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  size_bytes: number;
  loaded_bytes: number;
  attempts: number;
  retries: number;
  bytes_per_second: number | null;
  download_started_at: Date | null;
  downloaded_at: Date | null;
  load_started_at: Date | null;
  loaded_at: Date | null;
  error_code: string | null;
  error_message: string | null;
  error_details: Details;
  next_run_at: Date;
};

const time = (at: Date | null) => at?.toISOString() ?? null;

const toFileView = (row: FileRow): FileView => ({
  file_no: row.file_no,
  kind: row.kind,
  type: row.resource_type,
  url: row.url,
  state: row.state,
  expected: row.expected,
  lines: row.lines,
  accepted: row.accepted,
  duplicates: row.duplicates,
  rejected: row.rejected,
  size_bytes: row.size_bytes,
  loaded_bytes: row.loaded_bytes,
  attempts: row.attempts,
  retries: row.retries,
  bytes_per_second: row.bytes_per_second,
  download_started_at: time(row.download_started_at),
  downloaded_at: time(row.downloaded_at),
  load_started_at: time(row.load_started_at),
  loaded_at: time(row.loaded_at),
  error: errorOf(row.error_code, row.error_message, row.error_details, row.next_run_at),
});

/** The state with what somebody is at work on at this moment. */
const stateSql = `CASE WHEN f.locked_until > now() AND f.state = 'pending' THEN 'downloading'
  WHEN f.locked_until > now() AND f.state = 'downloaded' THEN 'loading' ELSE f.state::text END`;

/** Of a download that takes less than a fiftieth of a second the clock tells nothing. */
const speedSql = `CASE
  WHEN extract(epoch FROM coalesce(f.downloaded_at, now()) - f.download_started_at) >= 0.02
    AND f.size_bytes > 0 AND (f.downloaded_at IS NOT NULL OR f.locked_until > now())
  THEN (f.size_bytes / extract(epoch FROM coalesce(f.downloaded_at, now()) - f.download_started_at))::float8
  END`;

/** Tries that failed, by file: the file's own count begins anew once one succeeds; the log keeps them. */
const triesSql = `tries AS (
  SELECT (detail->>'fileNo')::int AS file_no, count(*)::int AS retries FROM export_events
  WHERE job_id = $1 AND event IN ('download_error', 'load_error') GROUP BY 1)`;

const columnsSql = `f.file_no, f.kind, f.resource_type, f.url, ${stateSql} AS state,
  f.expected_count::float8 AS expected, f.lines::float8, f.accepted::float8, f.duplicates::float8,
  f.rejected::float8, f.size_bytes::float8, f.loaded_bytes::float8, f.attempts,
  coalesce(tries.retries, 0) AS retries, ${speedSql} AS bytes_per_second, f.download_started_at,
  f.downloaded_at, f.load_started_at, f.loaded_at, f.error_code, f.error_message, f.error_details,
  f.next_run_at`;

/**
 * A job's files by their numbers.
 * @param first SQL that orders `export_files f`: which come first where there are more than `limit` ($2)
 * @param limit null: all
 */
export async function filesOfJob(
  jobId: string,
  first: string,
  limit: number | null,
): Promise<FileView[]> {
  const { rows } = await database().pool.query<FileRow>(
    `WITH ${triesSql}
     SELECT * FROM (
       SELECT ${columnsSql} FROM export_files f LEFT JOIN tries USING (file_no)
       WHERE f.job_id = $1 ORDER BY ${first} LIMIT $2) AS shown ORDER BY file_no`,
    [jobId, limit],
  );
  return rows.map(toFileView);
}

const sortBy: Record<FileListQuery["sort"], string> = {
  file_no: "f.file_no",
  type: "coalesce(f.resource_type, f.kind::text)",
  state: stateSql,
  expected: "f.expected_count",
  accepted: "f.accepted",
  duplicates: "f.duplicates",
  rejected: "f.rejected",
  bytes: "f.size_bytes",
  speed: speedSql,
  retries: "coalesce(tries.retries, 0)",
};

/** A file of output by its type, others by what they are. */
const wordSql =
  "CASE f.kind WHEN 'output' THEN coalesce(f.resource_type, 'output') ELSE f.kind::text END";

/** A job's files, filtered, sorted and paged in SQL; pages count from 1. */
export async function fileList(jobId: string, query: FileListQuery): Promise<FileList> {
  const { pool } = database();
  const fitting = `FROM export_files f LEFT JOIN tries USING (file_no)
     WHERE f.job_id = $1 AND ($2::text[] IS NULL OR ${stateSql} = ANY($2))
       AND ($3::text IS NULL OR ${wordSql} = $3)
       AND (NOT $4::boolean OR f.state = 'failed' OR f.rejected > 0 OR ${mismatchedSql})`;
  const values = [
    jobId,
    query.states?.length ? query.states : null,
    query.type || null,
    query.amiss ?? false,
  ];
  // Both come from closed sets of our own, never from the caller's text.
  const order = `${sortBy[query.sort]} ${query.order === "asc" ? "ASC" : "DESC"} NULLS LAST, f.file_no`;
  const [counted, types, files] = await Promise.all([
    pool.query<{ total: number; retries: number }>(
      `WITH ${triesSql}
       SELECT count(*)::int AS total, coalesce(sum(tries.retries), 0)::int AS retries ${fitting}`,
      values,
    ),
    pool.query<{ word: string }>(
      `SELECT DISTINCT ${wordSql} AS word FROM export_files f WHERE f.job_id = $1 ORDER BY 1`,
      [jobId],
    ),
    pool.query<FileRow>(
      `WITH ${triesSql} SELECT ${columnsSql} ${fitting} ORDER BY ${order} LIMIT $5 OFFSET $6`,
      [...values, query.page_size, (query.page - 1) * query.page_size],
    ),
  ]);
  return {
    files: files.rows.map(toFileView),
    total: counted.rows[0]?.total ?? 0,
    retries: counted.rows[0]?.retries ?? 0,
    types: types.rows.map(({ word }) => word),
    page: query.page,
    page_size: query.page_size,
  };
}
