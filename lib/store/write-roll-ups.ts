import type { PoolClient } from "pg";
import { dropRollUps } from "./drop-roll-ups";
import { type RollUp, rollUpNames, rollUps } from "./roll-ups";

/** Of a job that still loads: how many bytes of its files were rows when somebody looked. */
export type Seen = { bytes: number; startedAt: number };

/**
 * Makes the roll-ups that the charts read in place of the job's rows; what was made before is replaced.
 * Call it inside a transaction. Whoever makes them of the same job at this moment waits.
 * @param seen absent for a job that is settled
 */
export async function writeRollUps(client: PoolClient, jobId: string, seen?: Seen): Promise<void> {
  await dropRollUps(client, jobId);
  // Groups are found by hash: sorting half a million rows by five texts takes three times as long.
  await client.query("SET LOCAL enable_sort = off");
  for (const name of rollUpNames) {
    const { columns, select, selectFromRolledUp }: RollUp = rollUps[name];
    await client.query(
      `INSERT INTO ${name} (no, ${columns.join(", ")})
       SELECT row_number() OVER (), ${columns.join(", ")}
         FROM (${(selectFromRolledUp ?? select)("$1")}) AS made`,
      [[jobId]],
    );
  }
  await client.query(
    `INSERT INTO roll_up_jobs (etl_job_id, settled, seen_bytes, seconds) VALUES ($1, $2, $3, $4)`,
    [
      jobId,
      seen === undefined,
      seen?.bytes ?? null,
      seen ? (performance.now() - seen.startedAt) / 1000 : null,
    ],
  );
}
