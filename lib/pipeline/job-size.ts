import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { JobSize } from "@/lib/contract/job";
import { partitionName } from "@/lib/load/partition-name";
import { env } from "@/lib/settings/env";
import { database } from "@/lib/store/client";
import { dataTables } from "@/lib/store/data-tables";
import { jobExists } from "@/lib/store/jobs";

/** Files below a folder and their bytes; none where it is not there, or goes meanwhile. */
async function folderSize(folder: string): Promise<{ files: number; bytes: number }> {
  const sum = { files: 0, bytes: 0 };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const atOnce = 64;
  for (let at = 0; at < files.length; at += atOnce) {
    const stats = await Promise.all(
      files
        .slice(at, at + atOnce)
        .map(({ parentPath, name }) => stat(path.join(parentPath, name)).catch(() => null)),
    );
    for (const found of stats) {
      if (!found) continue;
      sum.files += 1;
      sum.bytes += found.size;
    }
  }
  return sum;
}

/**
 * What removing a job frees: its rows (partitions with their indexes, as `dropJob` drops them; on Citus
 * their shards) and its folder below BULK_DIR.
 * @throws AppError not-found
 */
export async function jobSize(jobId: string): Promise<JobSize> {
  await jobExists(jobId);
  const { pool } = database();
  const { rows: citus } = await pool.query<{ is: boolean }>(
    "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS is",
  );
  const size = citus[0]?.is ? "citus_total_relation_size" : "pg_total_relation_size";
  const [held, disk] = await Promise.all([
    pool.query<Omit<JobSize, "disk_files" | "disk_bytes">>(
      `SELECT (SELECT coalesce(sum(accepted), 0)::float8 FROM export_files
           WHERE job_id = $1 AND kind = 'output') AS records,
         (SELECT count(*)::float8 FROM rejected_lines WHERE job_id = $1) AS rejected_lines,
         (SELECT coalesce(sum(${size}(c.oid)), 0)::float8 FROM pg_class c
           WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'patients'::regclass)
             AND c.relname = ANY($2)) AS database_bytes`,
      [jobId, dataTables.map((table) => partitionName(table, jobId))],
    ),
    folderSize(path.join(env().BULK_DIR, jobId)),
  ]);
  const [rows] = held.rows;
  return {
    records: rows?.records ?? 0,
    rejected_lines: rows?.rejected_lines ?? 0,
    database_bytes: rows?.database_bytes ?? 0,
    disk_files: disk.files,
    disk_bytes: disk.bytes,
  };
}
