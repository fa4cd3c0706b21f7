import type { RejectedLineList } from "@/lib/contract/job";
import { database } from "./client";

type Row = Omit<RejectedLineList["lines"][number], "line"> & { line: Buffer };

const columns = `f.file_no, f.resource_type AS type, r.line_no, r.byte_offset::float8,
  r.size_bytes::float8, r.reason_code, r.reason, r.line`;

const toLine = (row: Row) => ({ ...row, line: row.line.toString("utf8") });

/** The lines of a job that could not become rows, in file order; pages count from 1. */
export async function listRejectedLines(
  jobId: string,
  { page, pageSize }: { page: number; pageSize: number },
): Promise<RejectedLineList> {
  const { pool } = database();
  const [counted, rows] = await Promise.all([
    pool.query<{ total: number }>(
      "SELECT count(*)::int AS total FROM rejected_lines WHERE job_id = $1",
      [jobId],
    ),
    pool.query<Row>(
      `SELECT ${columns} FROM rejected_lines r JOIN export_files f ON f.id = r.file_id
       WHERE r.job_id = $1 ORDER BY f.file_no, r.line_no LIMIT $2 OFFSET $3`,
      [jobId, pageSize, (page - 1) * pageSize],
    ),
  ]);
  return {
    lines: rows.rows.map(toLine),
    total: counted.rows[0]?.total ?? 0,
    page,
    page_size: pageSize,
  };
}

/** All of them as NDJSON, read in pieces as the receiver takes them. */
export function rejectedLinesAsNdjson(jobId: string): ReadableStream<Uint8Array> {
  const piece = 200;
  let last = { fileNo: 0, lineNo: -1 };
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { rows } = await database().pool.query<Row>(
        `SELECT ${columns} FROM rejected_lines r JOIN export_files f ON f.id = r.file_id
         WHERE r.job_id = $1 AND (f.file_no, r.line_no) > ($2, $3)
         ORDER BY f.file_no, r.line_no LIMIT ${piece}`,
        [jobId, last.fileNo, last.lineNo],
      );
      const end = rows.at(-1);
      if (end) {
        last = { fileNo: end.file_no, lineNo: end.line_no };
        controller.enqueue(
          encoder.encode(rows.map((row) => `${JSON.stringify(toLine(row))}\n`).join("")),
        );
      }
      if (rows.length < piece) controller.close();
    },
  });
}
