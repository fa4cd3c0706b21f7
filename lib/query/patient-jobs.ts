import { z } from "zod";
import { PatientJob, type PatientJobs } from "@/lib/contract/patient";
import { dataTables } from "@/lib/store/data-tables";
import { rows } from "./rows";

const Job = PatientJob.omit({ source_no: true }).extend({
  /** null: makes no current state (it runs, was cancelled, or asked for some elements only) */
  source: z.string().nullable(),
});

/** A job that holds something of the patient, and of which source it is. */
export type HoldingJob = z.infer<typeof Job>;

const Id = z.object({ id: z.uuid() });
const Held = z.object({ job_id: z.uuid(), records: z.number() });

// The tables are asked by the ids of jobs and not by a join: a distributed PostgreSQL has the jobs elsewhere.
const heldSql = `
  SELECT etl_job_id AS job_id, count(*)::float8 AS records FROM (
    ${dataTables
      .map(
        (table) =>
          `SELECT etl_job_id FROM ${table} WHERE etl_job_id = ANY($1::uuid[]) AND patient_id = $2`,
      )
      .join(" UNION ALL ")}
  ) AS held GROUP BY 1`;

const jobsSql = `
  SELECT j.id AS job_id, e.source, j.connection_name, j.level::text, j.group_id, j.group_name,
         to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
         j.stage = 'done' AS settled, j.request->>'since' AS since, h.records
    FROM jsonb_to_recordset($1::jsonb) AS h (job_id uuid, records float8)
    JOIN export_jobs AS j ON j.id = h.job_id
    LEFT JOIN current_exports AS e ON e.etl_job_id = j.id
   ORDER BY j.created_at DESC, j.id`;

/** The jobs that hold anything of a patient, newest first, as they are told. */
export async function patientJobList(patientId: string): Promise<PatientJobs> {
  const jobs = await patientJobs(patientId);
  const sources = [...new Set(jobs.flatMap(({ source }) => source ?? []))];
  return {
    jobs: jobs.map(({ source, ...job }) => ({
      ...job,
      source_no: source === null ? null : sources.indexOf(source),
    })),
  };
}

/**
 * The jobs that hold anything of a patient, newest first, with the source of each. Lists of members that load are not patients'
 * data (see chosenJobs).
 */
export async function patientJobs(patientId: string): Promise<HoldingJob[]> {
  const all = await rows(
    Id,
    "SELECT id FROM export_jobs WHERE purpose IS DISTINCT FROM 'members'",
    [],
  );
  const held = await rows(Held, heldSql, [all.map(({ id }) => id), patientId]);
  return rows(Job, jobsSql, [JSON.stringify(held)]);
}
