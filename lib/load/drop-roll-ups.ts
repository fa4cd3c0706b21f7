import type { PoolClient } from "pg";
import { rollUpNames } from "@/lib/store/roll-ups";
import { forgetRollUps } from "./forget-roll-ups";

/** Removes the job's roll-ups; call it inside a transaction. */
export async function dropRollUps(client: PoolClient, jobId: string): Promise<void> {
  await forgetRollUps(client, jobId);
  for (const name of rollUpNames) {
    await client.query(`DELETE FROM ${name} WHERE etl_job_id = $1`, [jobId]);
  }
}
