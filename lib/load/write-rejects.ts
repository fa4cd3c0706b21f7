import type { PoolClient } from "pg";
import type { Reject } from "./reject";

const keptBytes = 64 * 1024;

/** Keeps rejected lines aside with their place and reason; a line that is there already is renewed. */
export async function writeRejects(
  client: PoolClient,
  file: { jobId: string; fileId: string },
  rejects: readonly Reject[],
): Promise<void> {
  if (rejects.length === 0) return;
  await client.query(
    `INSERT INTO rejected_lines
       (file_id, job_id, line_no, byte_offset, size_bytes, reason_code, reason, line)
     SELECT $1, $2, * FROM unnest(
       $3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])
     ON CONFLICT (file_id, line_no) DO UPDATE
       SET reason_code = excluded.reason_code, reason = excluded.reason, line = excluded.line`,
    [
      file.fileId,
      file.jobId,
      rejects.map(({ line }) => line.no),
      rejects.map(({ line }) => line.offset),
      rejects.map(({ line }) => line.size),
      rejects.map(({ reasonCode }) => reasonCode),
      rejects.map(({ reason }) => reason),
      rejects.map(({ line }) => line.bytes.subarray(0, keptBytes)),
    ],
  );
}
