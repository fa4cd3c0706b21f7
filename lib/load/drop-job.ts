import { setTimeout as sleep } from "node:timers/promises";
import pg, { type PoolClient } from "pg";
import { dataTables } from "@/lib/store/data-tables";
import { dropRollUps } from "@/lib/store/drop-roll-ups";
import { inTransaction } from "./in-transaction";
import { partitionName } from "./partition-name";
import { withClient } from "./with-client";

const attempts = 60;

/**
 * PostgreSQL sends autovacuum away only for who has waited deadlock_timeout (a second unless it
 * is set; ours is shorter). The vacuum of a
 * partition that was just loaded takes minutes: without this, removing its job would wait for all of them.
 */
const autovacuumYieldsMs = 1_500;

/** On the partition alone, under a lock that no reader minds; no other autovacuum begins after it. */
async function sendAutovacuumAway(client: PoolClient, partition: string): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${autovacuumYieldsMs}`);
  await client.query(`ALTER TABLE IF EXISTS ${partition} SET (autovacuum_enabled = false)`);
}

/**
 * Drops one partition. That needs the parent table for itself for a moment: it asks for half a second and
 * steps back, so that a chart that is being drawn is not in its way and nobody queues behind it for long.
 */
async function dropPartition(client: PoolClient, partition: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await inTransaction(client, () => sendAutovacuumAway(client, partition));
      await inTransaction(client, async () => {
        // Of its TOAST table only the drop itself can send autovacuum away.
        const waitMs = attempt % 3 === 0 ? autovacuumYieldsMs : 500;
        await client.query(`SET LOCAL lock_timeout = ${waitMs}`);
        await client.query(`DROP TABLE IF EXISTS ${partition}`);
      });
      return;
    } catch (error) {
      const busy = error instanceof pg.DatabaseError && /^(55P03|40P01)$/.test(error.code ?? "");
      if (!busy || attempt === attempts) throw error;
      await sleep(500);
    }
  }
}

/**
 * Drops the job's partitions and with them all its rows, then its roll-ups; quick at any size, and safe
 * to repeat. An autovacuum of its rows is sent away. The roll-ups go last: without them every chart would
 * count the rows that are about to go, for many seconds, in which they cannot go.
 * @throws AppError database-unavailable; the lock timeout where a table stays busy for a minute
 */
export async function dropJob(jobId: string): Promise<void> {
  const partitions = dataTables.map((table) => partitionName(table, jobId));
  await withClient(async (client) => {
    try {
      // Who makes roll-ups of its rows in the background breaks off, and nobody begins again meanwhile.
      await client.query(
        `UPDATE roll_up_jobs SET locked_by = NULL, locked_until = now() + interval '10 minutes'
          WHERE etl_job_id = $1 AND settled AND NOT people`,
        [jobId],
      );
      for (const partition of partitions) await dropPartition(client, partition);
    } finally {
      // Also where some rows stay: what is left is then counted as it is.
      await inTransaction(client, () => dropRollUps(client, jobId));
    }
  });
}
