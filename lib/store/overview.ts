import type { JobSummary } from "@/lib/contract/job";
import type { Overview } from "@/lib/contract/overview";
import { env } from "@/lib/settings/env";
import { freeBytes } from "./about";
import { database } from "./client";
import { connectionsInNeed } from "./expiring";
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
  const [running, ended, recent, totals, connections, free] = await Promise.all([
    idsOf(`SELECT id FROM export_jobs WHERE stage IN ('kickoff', 'poll', 'download', 'load')
           ORDER BY created_at DESC LIMIT 50`),
    idsOf(`SELECT id FROM export_jobs WHERE stage IN ('done', 'failed')
           ORDER BY created_at DESC LIMIT ${looked}`),
    idsOf("SELECT id FROM export_jobs ORDER BY created_at DESC LIMIT 10"),
    idsOf(unseenSql).then((unseen) =>
      pool.query<Omit<Overview["totals"], "free_bytes">>(
        `SELECT (SELECT count(*)::int FROM connections) AS connections,
           (SELECT count(*)::int FROM export_jobs) AS jobs,
           (${patientsSql}) AS patients,
           -- The rows of a list of members are not kept.
           coalesce(sum(accepted) FILTER (
             WHERE f.kind = 'output' AND j.purpose IS DISTINCT FROM 'members'), 0)::float8 AS resources,
           a.n AS attachments,
           pg_database_size(current_database())::float8 AS database_bytes,
           coalesce(sum(f.size_bytes) FILTER (WHERE f.path IS NOT NULL), 0)::float8 + a.bytes AS bulk_bytes
         FROM (SELECT count(*)::int AS n, coalesce(sum(size_bytes), 0)::float8 AS bytes
                 FROM export_attachments WHERE state = 'downloaded') AS a
         LEFT JOIN (export_files AS f JOIN export_jobs AS j ON j.id = f.job_id) ON true
         GROUP BY a.n, a.bytes`,
        [unseen],
      ),
    ),
    connectionsInNeed(),
    freeBytes(env().BULK_DIR),
  ]);
  // Most stand in several lists, and a job of thousands of files takes a while to sum up.
  const summaries = new Map(
    (await jobSummaries([...new Set([...running, ...ended, ...recent])])).map((job) => [
      job.job_id,
      job,
    ]),
  );
  const of = (ids: string[]) => ids.flatMap((id) => summaries.get(id) ?? []);
  const urgency = (job: JobSummary) =>
    job.stage === "failed" ? 0 : job.completeness === "incomplete" ? 1 : job.warning_code ? 2 : 3;
  const attention = of(ended)
    .filter((job) => urgency(job) < 3)
    .sort((one, other) => urgency(one) - urgency(other));
  return {
    running: of(running),
    attention: attention.slice(0, 20),
    connections,
    recent: of(recent),
    totals: { ...(totals.rows[0] as Omit<Overview["totals"], "free_bytes">), free_bytes: free },
  };
}
