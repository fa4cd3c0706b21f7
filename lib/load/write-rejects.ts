import type { PoolClient } from "pg";
import type { Reject } from "./reject";

const keptBytes = 64 * 1024;

/** Keeps rejected lines aside with their place and reason; a line that is there already is renewed. */
export async function writeRejects(
  client: PoolClient,
  jobId: string,
  files: readonly { fileId: string; rejects: readonly Reject[] }[],
): Promise<void> {
  const all = files.flatMap(({ fileId, rejects }) =>
    rejects.map((reject) => ({ ...reject, fileId })),
  );
  if (all.length === 0) return;
  await client.query(
    `INSERT INTO rejected_lines
       (job_id, file_id, line_no, byte_offset, size_bytes, reason_code, reason, line)
     SELECT $1, * FROM unnest(
       $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])
     ON CONFLICT (file_id, line_no) DO UPDATE
       SET reason_code = excluded.reason_code, reason = excluded.reason, line = excluded.line`,
    [
      jobId,
      all.map(({ fileId }) => fileId),
      all.map(({ line }) => line.no),
      all.map(({ line }) => line.offset),
      all.map(({ line }) => line.size),
      all.map(({ reasonCode }) => reasonCode),
      all.map(({ reason }) => reason),
      all.map(({ line }) => line.bytes.subarray(0, keptBytes)),
    ],
  );
}
