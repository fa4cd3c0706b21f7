import type { Overview } from "@/lib/contract/overview";
import { database } from "./client";
import { jobSummaries } from "./jobs";
import { rollUps } from "./roll-ups";

/** How far back we look for what needs attention. */
const looked = 100;

/** Patients of all jobs, each once: of the roll-ups, and of the rows where a job has none yet. */
const patientsSql = `
  SELECT count(*)::float8 FROM (
    SELECT patient FROM roll_up_patients
    UNION
    SELECT patient FROM (${rollUps.roll_up_patients.select("$1")}) AS made
  ) AS each_once`;

const unseenSql = `
  SELECT id FROM export_jobs AS j
   WHERE NOT EXISTS (SELECT FROM roll_up_jobs AS r WHERE r.etl_job_id = j.id)`;

/** What runs, what needs attention (failed, incomplete, with a warning), totals, the last jobs. */
export async function overview(): Promise<Overview> {
  const { pool } = database();
  const idsOf = async (sql: string) =>
    (await pool.query<{ id: string }>(sql)).rows.map((row) => row.id);
  const [running, ended, recent, totals] = await Promise.all([
    idsOf(`SELECT id FROM export_jobs WHERE stage IN ('kickoff', 'poll', 'download', 'load')
           ORDER BY created_at DESC LIMIT 50`),
    idsOf(`SELECT id FROM export_jobs WHERE stage IN ('done', 'failed')
           ORDER BY created_at DESC LIMIT ${looked}`),
    idsOf("SELECT id FROM export_jobs ORDER BY created_at DESC LIMIT 10"),
    idsOf(unseenSql).then((unseen) =>
      pool.query<Overview["totals"]>(
        `SELECT (SELECT count(*)::int FROM connections) AS connections,
           (SELECT count(*)::int FROM export_jobs) AS jobs,
           (${patientsSql}) AS patients,
           coalesce(sum(accepted), 0)::float8 AS resources,
           pg_database_size(current_database())::float8 AS database_bytes
         FROM export_files AS f JOIN export_jobs AS j ON j.id = f.job_id
         -- The rows of a list of members are not kept.
         WHERE f.kind = 'output' AND j.purpose IS DISTINCT FROM 'members'`,
        [unseen],
      ),
    ),
  ]);
  // Most stand in several lists, and a job of thousands of files takes a while to sum up.
  const summaries = new Map(
    (await jobSummaries([...new Set([...running, ...ended, ...recent])])).map((job) => [
      job.job_id,
      job,
    ]),
  );
  const of = (ids: string[]) => ids.flatMap((id) => summaries.get(id) ?? []);
  const attention = of(ended).filter(
    (job) => job.stage === "failed" || job.completeness === "incomplete" || job.warning_code,
  );
  return {
    running: of(running),
    attention: attention.slice(0, 20),
    recent: of(recent),
    totals: totals.rows[0] as Overview["totals"],
  };
}
