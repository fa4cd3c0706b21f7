import type { PoolClient } from "pg";
import { dropRollUps } from "./drop-roll-ups";
import { type RollUp, type RollUpName, rollUpNames, rollUps } from "./roll-ups";
import { writePeople } from "./write-people";

/** Of a job that still loads: how many bytes of its files were rows when somebody looked. */
export type Seen = { bytes: number; startedAt: number };

/**
 * Makes some of the job's roll-ups anew, in this order; call it inside a transaction. Whoever calls it holds
 * the job's lock (rollUpsLock), if on another connection.
 */
export async function writeRollUpPart(
  client: PoolClient,
  jobId: string,
  names: readonly RollUpName[],
): Promise<void> {
  // Values are written anew without their people: whoever asks for some waits for the lock and makes them.
  await client.query("UPDATE roll_up_jobs SET people = false WHERE etl_job_id = $1 AND people", [
    jobId,
  ]);
  // Groups are found by hash: sorting half a million rows by five texts takes three times as long.
  await client.query("SET LOCAL enable_sort = off");
  for (const name of names) {
    await client.query(`DELETE FROM ${name} WHERE etl_job_id = $1`, [jobId]);
    const { columns, select, selectFromRolledUp }: RollUp = rollUps[name];
    await client.query(
      `INSERT INTO ${name} (no, ${columns.join(", ")})
       SELECT row_number() OVER (), ${columns.join(", ")}
         FROM (${(selectFromRolledUp ?? select)("$1")}) AS made`,
      [[jobId]],
    );
  }
}

/**
 * From here on the job's charts read its roll-ups.
 * @param seen absent for a job that is settled
 */
export async function sayRolledUp(client: PoolClient, jobId: string, seen?: Seen): Promise<void> {
  await client.query("DELETE FROM roll_up_jobs WHERE etl_job_id = $1", [jobId]);
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

/**
 * Makes the roll-ups of what is there of a job that still loads; what was made before is replaced.
 * Call it inside a transaction. Whoever makes them of the same job at this moment waits.
 */
export async function writeRollUps(client: PoolClient, jobId: string, seen: Seen): Promise<void> {
  const { rowCount: known } = await client.query(
    "SELECT FROM roll_up_jobs WHERE etl_job_id = $1 AND people",
    [jobId],
  );
  await dropRollUps(client, jobId);
  await writeRollUpPart(client, jobId, rollUpNames);
  await sayRolledUp(client, jobId, seen);
  // Whoever asks for some sexes or ages at this moment must not find nothing.
  if (known) await writePeople(client, jobId);
}
