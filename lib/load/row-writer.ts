import pg, { type PoolClient } from "pg";
import type { DataTable } from "@/lib/store/data-tables";
import { copyRows } from "./copy-rows";
import type { Row } from "./line-to-row";
import type { Writer } from "./load-chunks";
import { mergeRows } from "./merge-rows";
import { partitionName } from "./partition-name";
import { isDataError, unstorableRows } from "./unstorable-rows";

/** The rows to write by table; of lines that repeat a resource only the last. */
function distinct(rows: readonly Row[]): Map<DataTable, Row[]> {
  const tables = new Map<DataTable, Map<string, Row>>();
  for (const row of rows) {
    const last = tables.get(row.table);
    if (last) last.set(row.key, row);
    else tables.set(row.table, new Map([[row.key, row]]));
  }
  return new Map([...tables].map(([table, last]) => [table, [...last.values()]]));
}

/**
 * Writes rows straight into the job's partitions with COPY. The first repeat of an earlier chunk or
 * another file switches to merging, for the rest of the file: a server that repeats itself once does
 * so again. Rows that PostgreSQL refuses become rejects.
 */
export function rowWriter(client: PoolClient, jobId: string): Writer<Row> {
  let merging = false;
  return {
    async write(rows) {
      let written = 0;
      let held = 0;
      for (const [table, some] of distinct(rows)) {
        const partition = partitionName(table, jobId);
        if (merging) held += await mergeRows(client, partition, table, some);
        else await copyRows(client, partition, table, some);
        written += some.length;
      }
      return { accepted: written - held, duplicates: rows.length - written + held };
    },
    async recover(error, chunk) {
      if (!merging && error instanceof pg.DatabaseError && error.code === "23505") {
        merging = true;
        return true;
      }
      if (!isDataError(error)) return false;
      const refused = new Set<Row>();
      for (const [table, rows] of distinct(chunk.items)) {
        const partition = partitionName(table, jobId);
        for (const { row, reject } of await unstorableRows(client, partition, table, rows)) {
          refused.add(row);
          chunk.rejects.push(reject);
        }
      }
      chunk.items = chunk.items.filter((row) => !refused.has(row));
      return refused.size > 0;
    },
  };
}
