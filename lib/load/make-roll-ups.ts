import type { PoolClient } from "pg";
import { rollUpsLock } from "@/lib/store/drop-roll-ups";
import { rollUpNames } from "@/lib/store/roll-ups";
import { sayRolledUp, writeRollUpPart } from "@/lib/store/write-roll-ups";
import { inTransaction } from "./in-transaction";
import { withClient } from "./with-client";

/** What reads Observations' values and what does not: about the same work, and neither needs the other. */
const startOfValues = rollUpNames.indexOf("roll_up_observation_months");
const parts = [rollUpNames.slice(startOfValues), rollUpNames.slice(0, startOfValues)];

/**
 * Makes the roll-ups of a job that is settled. They are read once all are there; until then a chart may see
 * that some are newer than what somebody looked at while the job loaded. Safe to repeat.
 * @param work does the pieces that it gets, each in a transaction, on whatever connections, largest first
 */
export async function makeRollUps(
  jobId: string,
  work: (pieces: ((client: PoolClient) => Promise<void>)[]) => Promise<void>,
): Promise<void> {
  await withClient(async (client) => {
    // Of the session, for the pieces are other connections' transactions; it ends with this connection.
    const lock = [rollUpsLock(jobId)];
    await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", lock);
    await work(parts.map((names) => (other) => writeRollUpPart(other, jobId, names)));
    await inTransaction(client, () => sayRolledUp(client, jobId));
    await inTransaction(client, async () => {
      // A few thousand rows tell enough.
      await client.query("SET LOCAL synchronous_commit = off");
      await client.query("SET LOCAL default_statistics_target = 10");
      await client.query(`ANALYZE ${rollUpNames.join(", ")}`);
    });
    await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", lock);
  });
}
