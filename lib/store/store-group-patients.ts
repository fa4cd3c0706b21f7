import { database } from "./client";

/** Keeps how many patients a job's group had at the kick-off, where nobody has told it before. */
export async function storeGroupPatients(jobId: string, patients: number): Promise<void> {
  await database().pool.query(
    "UPDATE export_jobs SET group_patients = $2 WHERE id = $1 AND group_patients IS NULL",
    [jobId, patients],
  );
}
