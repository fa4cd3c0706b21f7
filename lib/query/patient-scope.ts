import { z } from "zod";
import type { HoldingJob } from "./patient-jobs";
import { rows } from "./rows";

const Export = z.object({
  job_id: z.uuid(),
  /** the later the higher, the same for the same time */
  place: z.number(),
  whole: z.boolean(),
  types: z.array(z.string()).nullable(),
  /** the patient has not left the group since then */
  stayed: z.boolean(),
});

const exportsSql = `
  SELECT etl_job_id AS job_id, whole, types, rank() OVER (ORDER BY as_of)::int AS place,
         NOT EXISTS (SELECT 1 FROM current_departures AS d
                      WHERE d.source = e.source AND d.patient_id = $2 AND d.as_of > e.as_of) AS stayed
    FROM current_exports AS e WHERE source = $1`;

/** Whose rows, and out of which jobs: of several the newest version of a resource counts. */
export type PatientScope = {
  patientId: string;
  jobs: { job_id: string; place: number }[];
  /** the place of the newest whole export of a type: what is older is not current; "" of all types */
  ends: Record<string, number>;
};

/** What one job brought. */
export function scopeOfJob(patientId: string, { job_id }: HoldingJob): PatientScope {
  return { patientId, jobs: [{ job_id, place: 1 }], ends: {} };
}

/**
 * The current state of a source, for one patient, by the rule of the views `current_…` (migration 0009),
 * which answer for one patient only after reading everybody.
 */
export async function currentScope(patientId: string, source: string): Promise<PatientScope> {
  const exports = await rows(Export, exportsSql, [source, patientId]);
  const ends: Record<string, number> = {};
  for (const { whole, types, place } of exports) {
    for (const type of whole ? (types ?? [""]) : []) ends[type] = Math.max(ends[type] ?? 0, place);
  }
  const last = ends[""] ?? 0;
  const jobs = exports.filter(({ stayed, place }) => stayed && place >= last);
  return { patientId, jobs: jobs.map(({ job_id, place }) => ({ job_id, place })), ends };
}
