import type { PoolClient } from "pg";
import { rollUpNames } from "./roll-ups";
import { peopleTables } from "./write-people";

/** The advisory lock that whoever writes a job's roll-ups holds. */
export const rollUpsLock = (jobId: string) => `bulkhouse roll-ups ${jobId}`;

/** Removes the job's roll-ups; call it inside a transaction. Whoever makes some at this moment is waited for. */
export async function dropRollUps(client: PoolClient, jobId: string): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [rollUpsLock(jobId)]);
  for (const name of ["roll_up_jobs", ...rollUpNames, ...peopleTables]) {
    await client.query(`DELETE FROM ${name} WHERE etl_job_id = $1`, [jobId]);
  }
}
