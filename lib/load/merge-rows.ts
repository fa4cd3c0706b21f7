import type { PoolClient } from "pg";
import type { DataTable } from "@/lib/store/data-tables";
import { copyColumns, keyColumns } from "./column-readers";
import { copyRows } from "./copy-rows";
import type { Row } from "./line-to-row";

/**
 * Writes rows of which some may be there already, from another chunk or another file: the later line
 * (by file number, then line number) stays. Every statement is one that a distributed PostgreSQL
 * takes too, and rows are locked in key order, so that two files that hold the same resources wait
 * for each other rather than for nothing.
 * @returns how many of the rows were there already; call it inside a transaction
 */
export async function mergeRows(
  client: PoolClient,
  partition: string,
  table: DataTable,
  rows: readonly Row[],
): Promise<number> {
  const staged = `staged_${table}`;
  const columns = copyColumns(table);
  const key = keyColumns(table);
  await client.query(`CREATE TEMP TABLE ${staged} (LIKE ${partition}) ON COMMIT DROP`);
  await copyRows(client, staged, table, rows);
  const { rows: counted } = await client.query<{ held: string }>(
    `SELECT count(*) AS held FROM ${staged} JOIN ${partition} USING (${key.join(", ")})`,
  );
  await client.query(
    `INSERT INTO ${partition} AS held (${columns.join(", ")})
     SELECT ${columns.join(", ")} FROM ${staged} ORDER BY ${key.join(", ")}
     ON CONFLICT (${key.join(", ")}) DO UPDATE
        SET ${columns
          .filter((column) => !key.includes(column))
          .map((column) => `${column} = excluded.${column}`)
          .join(", ")}
      WHERE (excluded.file_no, excluded.line_no) > (held.file_no, held.line_no)`,
  );
  return Number(counted[0]?.held ?? 0);
}
