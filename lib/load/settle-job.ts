import type { PoolClient } from "pg";
import { type DataTable, dataTables } from "@/lib/store/data-tables";
import { lookUpColumns, searchIndexes } from "./column-readers";
import { inTransaction } from "./in-transaction";
import { makeRollUps } from "./make-roll-ups";
import { partitionName } from "./partition-name";
import { withClient } from "./with-client";

/** Of repeats of a (type, id) under several patients the last line stays. */
async function removeRepeats(client: PoolClient, jobId: string, table: DataTable): Promise<void> {
  const partition = partitionName(table, jobId);
  const type = table === "resources" ? "resource_type" : "''::text";
  const name = table === "resources" ? "resource_type || '/' || id" : "id";
  // Mostly there is none, and sorting numbers tells that in a third of the time that hashing ids takes.
  await client.query("SET LOCAL enable_presorted_aggregate = off");
  const { rows } = await client.query<{ unique: boolean }>(
    `SELECT count(*) = count(DISTINCT hashtextextended(${name}, 0)) AS unique FROM ${partition}`,
  );
  if (rows[0]?.unique) return;
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

type Counted = { file_no: number; records: string };

/** Makes a table's resources unique, takes statistics (fresh tables have none) and counts rows by file. */
async function check(client: PoolClient, jobId: string, table: DataTable): Promise<Counted[]> {
  await removeRepeats(client, jobId, table);
  const partition = partitionName(table, jobId);
  const { rows } = await client.query<Counted>(
    `SELECT file_no, count(*) AS records FROM ${partition} GROUP BY file_no`,
  );
  // A sample of 9,000 rows instead of 30,000: enough to tell codes that are frequent from rare ones.
  await client.query("SET LOCAL default_statistics_target = 30");
  await client.query(`ANALYZE ${partition}`);
  return rows;
}

/**
 * Writes per file how many rows are its own and how many of its lines were repeats. Counts stand in an
 * array under the file's number: a join of 20,000 files took minutes where the planner had no statistics.
 */
async function writeCounts(client: PoolClient, jobId: string, counted: Counted[]): Promise<void> {
  const records: number[] = [];
  for (const row of counted) {
    for (let no = records.length; no < row.file_no; no += 1) records.push(0);
    records[row.file_no - 1] = (records[row.file_no - 1] ?? 0) + Number(row.records);
  }
  await client.query(
    `UPDATE export_files SET accepted = COALESCE(($2::bigint[])[file_no], 0),
            duplicates = lines - rejected - COALESCE(($2::bigint[])[file_no], 0)
      WHERE job_id = $1 AND kind = 'output'
        AND (accepted <> COALESCE(($2::bigint[])[file_no], 0) OR duplicates <> lines - rejected - accepted)`,
    [jobId, records],
  );
}

/** The indexes that a table's rows are looked up and searched by, each as the statement that makes it. */
function indexesOf(jobId: string, table: DataTable): string[] {
  const partition = partitionName(table, jobId);
  const indexes = { look_up: lookUpColumns[table].join(", "), ...searchIndexes[table] };
  return Object.entries(indexes).map(
    ([name, definition]) =>
      `CREATE INDEX IF NOT EXISTS ${partition}_${name} ON ${partition} (${definition})`,
  );
}

/** The tables, the job's largest first: so that neither of two lanes is left alone at the end. */
async function bySize(jobId: string): Promise<DataTable[]> {
  const partitions = dataTables.map((table) => partitionName(table, jobId));
  const { rows } = await withClient((client) =>
    client.query<{ bytes: string }>(
      "SELECT pg_relation_size(to_regclass(name)) AS bytes FROM unnest($1::text[]) AS name",
      [partitions],
    ),
  );
  const bytes = new Map(dataTables.map((table, index) => [table, Number(rows[index]?.bytes)]));
  return [...dataTables].sort((a, b) => (bytes.get(b) ?? 0) - (bytes.get(a) ?? 0));
}

type Work = (client: PoolClient) => Promise<void>;

/**
 * Does all of it on two connections, in this order, each piece in a transaction of its own. Their commits do
 * not wait for the disk (thirty of them take a small job a tenth of a second): whatever says that
 * the job is settled is committed after them, to disk, and what a crash undoes until then is made again.
 */
async function onTwoConnections(work: readonly Work[]): Promise<void> {
  const left = [...work];
  const lane = async (client: PoolClient) => {
    for (let next = left.shift(); next; next = left.shift()) {
      const piece = next;
      await inTransaction(client, async () => {
        await client.query("SET LOCAL synchronous_commit = off");
        await piece(client);
      });
    }
  };
  const lanes = [withClient(lane), withClient(lane)].map((one) =>
    one.catch((error) => {
      // The other ends with the piece that it is at: whoever tries again must not meet it.
      left.length = 0;
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === "rejected");
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/**
 * So many jobs of one process are settled at a time: each takes three connections, one of them while it waits
 * for the others, and with enough of them nobody would get his third.
 */
const mostAtOnce = 4;
let settling = 0;
const waiting: (() => void)[] = [];

async function inTurn(work: () => Promise<void>): Promise<void> {
  if (settling < mostAtOnce) settling += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    await work();
  } finally {
    // The place goes to the next, or is free.
    const next = waiting.shift();
    if (next) next();
    else settling -= 1;
  }
}

/**
 * Once every file of a job is loaded: makes each (type, id) unique within the job even where a server
 * sent it under two patients (the last line stays), then writes per file how many rows are its own
 * (`accepted`) and how many lines were repeats (`duplicates`), so that
 * lines = accepted + duplicates + rejected holds exactly; then builds the indexes that the lists look
 * up by, and the roll-ups that the charts read; from here on autovacuum may come. On two connections, four
 * jobs of a process at a time. Safe to repeat.
 * @throws AppError database-unavailable
 */
export function settleJob(jobId: string): Promise<void> {
  return inTurn(() => settle(jobId));
}

async function settle(jobId: string): Promise<void> {
  const tables = await bySize(jobId);
  const counted: Counted[] = [];
  await onTwoConnections(
    tables.map((table) => async (client) => {
      counted.push(...(await check(client, jobId, table)));
    }),
  );
  await makeRollUps(jobId, (rollUps) =>
    onTwoConnections([
      ...rollUps,
      (client) => writeCounts(client, jobId, counted),
      ...tables.flatMap((table) =>
        indexesOf(jobId, table).map(
          (sql): Work =>
            async (client) => {
              await client.query(sql);
            },
        ),
      ),
    ]),
  );
  await withClient((client) =>
    inTransaction(client, async () => {
      await client.query("SET LOCAL synchronous_commit = off");
      for (const table of tables) {
        const partition = partitionName(table, jobId);
        await client.query(`ALTER TABLE ${partition} RESET (autovacuum_enabled)`);
      }
    }),
  );
}
