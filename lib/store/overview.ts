import type { Overview } from "@/lib/contract/overview";
import { database } from "./client";
import { jobSummaries } from "./jobs";

/** How far back we look for what needs attention. */
const looked = 100;

/** What runs, what needs attention (failed, incomplete, with a warning), totals, the last jobs. */
export async function overview(): Promise<Overview> {
  const { pool } = database();
  const idsOf = async (sql: string) =>
    (await pool.query<{ id: string }>(sql)).rows.map((row) => row.id);
  const [running, ended, recent, totals] = await Promise.all([
    idsOf(`SELECT id FROM export_jobs WHERE stage IN ('kickoff', 'poll', 'download', 'load')
           ORDER BY created_at DESC LIMIT 50`).then(jobSummaries),
    idsOf(`SELECT id FROM export_jobs WHERE stage IN ('done', 'failed')
           ORDER BY created_at DESC LIMIT ${looked}`).then(jobSummaries),
    idsOf("SELECT id FROM export_jobs ORDER BY created_at DESC LIMIT 10").then(jobSummaries),
    pool.query<Overview["totals"]>(
      `SELECT (SELECT count(*)::int FROM connections) AS connections,
         (SELECT count(*)::int FROM export_jobs) AS jobs,
         (SELECT count(DISTINCT patient_id)::float8 FROM patients) AS patients,
         coalesce(sum(accepted), 0)::float8 AS resources,
         pg_database_size(current_database())::float8 AS database_bytes
       FROM export_files WHERE kind = 'output'`,
    ),
  ]);
  const attention = ended.filter(
    (job) => job.stage === "failed" || job.completeness === "incomplete" || job.warning_code,
  );
  return {
    running,
    attention: attention.slice(0, 20),
    recent,
    totals: totals.rows[0] as Overview["totals"],
  };
}
