import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { dataTables } from "@/lib/store/data-tables";
import { dropRollUps } from "@/lib/store/drop-roll-ups";
import { inTransaction } from "./in-transaction";
import { partitionName } from "./partition-name";
import { withClient } from "./with-client";

const attempts = 60;

/**
 * Drops the job's partitions and with them all its rows, and its roll-ups; quick at any size, and safe to repeat.
 * Dropping needs the parent table for itself for a moment: it asks for half a second and steps back,
 * so that a chart that is being drawn is not in its way and nobody queues behind it.
 * @throws AppError database-unavailable; the lock timeout where a table stays busy for a minute
 */
export async function dropJob(jobId: string): Promise<void> {
  const partitions = dataTables.map((table) => partitionName(table, jobId));
  await withClient(async (client) => {
    await inTransaction(client, () => dropRollUps(client, jobId));
    for (const partition of partitions) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await inTransaction(client, async () => {
            await client.query("SET LOCAL lock_timeout = '500ms'");
            await client.query(`DROP TABLE IF EXISTS ${partition}`);
          });
          break;
        } catch (error) {
          const busy =
            error instanceof pg.DatabaseError && /^(55P03|40P01)$/.test(error.code ?? "");
          if (!busy || attempt === attempts) throw error;
          await sleep(500);
        }
      }
    }
  });
}
