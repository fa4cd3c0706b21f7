import type { PoolClient } from "pg";

/**
 * The job's charts are drawn from its rows again. Before rows of a job change: a file of a settled job
 * that is tried again brings more.
 */
export async function forgetRollUps(client: PoolClient, jobId: string): Promise<void> {
  await client.query("DELETE FROM roll_up_jobs WHERE etl_job_id = $1", [jobId]);
}
