import type { PoolClient } from "pg";
import { type DataTable, dataTables } from "@/lib/store/data-tables";
import { lookUpColumns } from "./column-readers";
import { inTransaction } from "./in-transaction";
import { makeRollUps } from "./make-roll-ups";
import { partitionName } from "./partition-name";
import { withClient } from "./with-client";

/** Of repeats of a (type, id) under several patients the last line stays. */
async function removeRepeats(client: PoolClient, jobId: string, table: DataTable): Promise<void> {
  const partition = partitionName(table, jobId);
  const type = table === "resources" ? "resource_type" : "''::text";
  // Mostly there is none, and numbers tell that in a fraction of the memory of ids.
  const { rowCount } = await client.query(
    `SELECT 1 FROM ${partition}
      GROUP BY hashtextextended(${type} || '/' || id, 0) HAVING count(*) > 1 LIMIT 1`,
  );
  if (rowCount === 0) return;
  // Two steps: repeats are rare, and a distributed PostgreSQL takes no DELETE with a window.
  const repeated = await client.query<{ patient_id: string; id: string; type: string }>(
    `SELECT patient_id, id, type FROM (
       SELECT patient_id, id, ${type} AS type,
              row_number() OVER (
                PARTITION BY id, ${type} ORDER BY file_no DESC, line_no DESC
              ) AS place
         FROM ${partition}
        WHERE id IN (
          SELECT id FROM ${partition} GROUP BY id, ${type} HAVING count(*) > 1
        )
     ) AS ranked WHERE place > 1`,
  );
  for (const row of repeated.rows) {
    await client.query(
      `DELETE FROM ${partition} WHERE etl_job_id = $1 AND patient_id = $2 AND id = $3
          AND ${type} = $4`,
      [jobId, row.patient_id, row.id, row.type],
    );
  }
}

/** What the questions need: the index that they look up by, and statistics (fresh tables have none). */
async function makeReady(client: PoolClient, jobId: string, table: DataTable): Promise<void> {
  const partition = partitionName(table, jobId);
  await client.query(
    `CREATE INDEX IF NOT EXISTS ${partition}_look_up
         ON ${partition} (${lookUpColumns[table].join(", ")})`,
  );
  await inTransaction(client, async () => {
    // A sample of 9,000 rows instead of 30,000: enough to tell codes that are frequent from rare ones.
    await client.query("SET LOCAL default_statistics_target = 30");
    await client.query(`ANALYZE ${partition}`);
    await client.query(`ALTER TABLE ${partition} RESET (autovacuum_enabled)`);
  });
}

/**
 * Once every file of a job is loaded: makes each (type, id) unique within the job even where a server
 * sent it under two patients (the last line stays), then writes per file how many rows are its own
 * (`accepted`) and how many lines were repeats (`duplicates`), so that
 * lines = accepted + duplicates + rejected holds exactly; then builds the indexes that the lists look
 * up by, and the roll-ups that the charts read. Safe to repeat.
 * @throws AppError database-unavailable
 */
export async function settleJob(jobId: string): Promise<void> {
  const partitions = dataTables.map((table) => partitionName(table, jobId));
  await withClient((client) =>
    inTransaction(client, async () => {
      for (const table of dataTables) await removeRepeats(client, jobId, table);
      // Two statements: a distributed PostgreSQL takes no UPDATE of its own table from data tables.
      const { rows: counted } = await client.query<{ file_no: number; records: string }>(
        `SELECT file_no, sum(records)::bigint AS records FROM (
           ${partitions
             .map((name) => `SELECT file_no, count(*) AS records FROM ${name} GROUP BY file_no`)
             .join(" UNION ALL ")}
         ) AS counted GROUP BY file_no`,
      );
      await client.query(
        `UPDATE export_files AS f
            SET accepted = COALESCE(n.records, 0),
                duplicates = f.lines - f.rejected - COALESCE(n.records, 0)
           FROM export_files AS own
           LEFT JOIN unnest($2::int[], $3::bigint[]) AS n (file_no, records)
             ON n.file_no = own.file_no
          WHERE own.job_id = $1 AND own.kind = 'output' AND f.id = own.id`,
        [jobId, counted.map((row) => row.file_no), counted.map((row) => row.records)],
      );
    }),
  );
  // Two at a time: the observations' index and the roll-ups take longest.
  const left: DataTable[] = [
    "observations",
    ...dataTables.filter((name) => name !== "observations"),
  ];
  const lane = async (client: PoolClient) => {
    for (let table = left.shift(); table; table = left.shift()) {
      await makeReady(client, jobId, table);
    }
  };
  await Promise.all([
    withClient(lane),
    withClient(async (client) => {
      await makeRollUps(client, jobId);
      await lane(client);
    }),
  ]);
}
