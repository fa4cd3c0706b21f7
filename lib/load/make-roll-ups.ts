import type { PoolClient } from "pg";
import { rollUpNames } from "@/lib/store/roll-ups";
import { writeRollUps } from "@/lib/store/write-roll-ups";
import { inTransaction } from "./in-transaction";

/** Makes the roll-ups of a job that is settled, all or none. Safe to repeat. */
export async function makeRollUps(client: PoolClient, jobId: string): Promise<void> {
  await inTransaction(client, () => writeRollUps(client, jobId));
  await inTransaction(client, async () => {
    // A few thousand rows tell enough.
    await client.query("SET LOCAL default_statistics_target = 10");
    await client.query(`ANALYZE ${rollUpNames.join(", ")}`);
  });
}
