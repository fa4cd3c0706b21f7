import { dataTables } from "@/lib/store/data-tables";
import { oneConnectionANode } from "@/lib/store/one-connection-a-node";
import { inTransaction } from "./in-transaction";
import { partitionName } from "./partition-name";
import { withClient } from "./with-client";

/**
 * Makes the job's partition of every data table, once. A table is made beside its parent and then
 * attached: that locks the parent against other schema changes only, so running loads and charts go
 * on (CREATE TABLE … PARTITION OF would wait for every one of them). Autovacuum stays away until
 * settleJob: it would read what has just been written, and settling would have to wait for it. Safe to
 * repeat and to call from several workers at once.
 * @throws AppError database-unavailable; TypeError where jobId is not a UUID
 */
export async function prepareJob(jobId: string): Promise<void> {
  const partitions = dataTables.map((table) => ({ table, partition: partitionName(table, jobId) }));
  await withClient((client) =>
    inTransaction(client, async () => {
      await client.query(oneConnectionANode);
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
        `bulkhouse partitions ${jobId.toLowerCase()}`,
      ]);
      const { rows } = await client.query<{ name: string }>(
        `SELECT child.relname AS name
           FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
          WHERE child.relname = ANY($1) AND pg_table_is_visible(child.oid)`,
        [partitions.map(({ partition }) => partition)],
      );
      const attached = new Set(rows.map(({ name }) => name));
      for (const { table, partition } of partitions) {
        if (attached.has(partition)) continue;
        await client.query(
          `CREATE TABLE IF NOT EXISTS ${partition} (
             LIKE ${table} INCLUDING ALL,
             CONSTRAINT ${partition}_job CHECK (etl_job_id = '${jobId}'::uuid)
           ) WITH (autovacuum_enabled = false)`,
        );
        await client.query(
          `ALTER TABLE ${table} ATTACH PARTITION ${partition} FOR VALUES IN ('${jobId}')`,
        );
      }
    }),
  );
}
