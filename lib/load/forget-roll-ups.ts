import type { PoolClient } from "pg";

/**
 * The job counts as one that loads again. Before rows of a job change: a file of a settled job that is
 * tried again brings more. What was made of a job that still loads stays: charts know that it is of a
 * moment.
 */
export async function forgetRollUps(client: PoolClient, jobId: string): Promise<void> {
  await client.query("DELETE FROM roll_up_jobs WHERE etl_job_id = $1 AND settled", [jobId]);
}
