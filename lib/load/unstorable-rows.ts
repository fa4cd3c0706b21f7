import pg, { type PoolClient } from "pg";
import type { DataTable } from "@/lib/store/data-tables";
import { copyRows } from "./copy-rows";
import { lineOf, type Row } from "./line-to-row";
import type { Reject } from "./reject";

/**
 * Does the error blame the data? \u0000, half a surrogate pair, a number beyond numeric (class 22),
 * nesting beyond the stack, a key or value beyond a limit (class 54).
 */
export function isDataError(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && /^(22|54)/.test(error.code ?? "");
}

/** PostgreSQL's words, without the parts that may quote the line. */
function words(error: pg.DatabaseError): string {
  return error.code === "22P05" && error.detail
    ? `PostgreSQL: ${error.message}: ${error.detail}`
    : `PostgreSQL: ${error.message}`;
}

/**
 * Which of a table's rows PostgreSQL refuses, found by halving: tried in a temporary table with the
 * partition's indexes, in a transaction that is rolled back.
 * @throws every other error
 */
export async function unstorableRows(
  client: PoolClient,
  partition: string,
  table: DataTable,
  rows: readonly Row[],
): Promise<{ row: Row; reject: Reject }[]> {
  const found: { row: Row; reject: Reject }[] = [];

  async function probe(some: readonly Row[]): Promise<void> {
    await client.query("SAVEPOINT probe");
    try {
      await copyRows(client, "probed", table, some);
      await client.query("ROLLBACK TO SAVEPOINT probe");
    } catch (error) {
      if (!isDataError(error)) throw error;
      await client.query("ROLLBACK TO SAVEPOINT probe");
      const [row] = some;
      if (row && some.length === 1) {
        const reject: Reject = {
          line: lineOf(row),
          reasonCode: "not-storable",
          reason: words(error),
        };
        found.push({ row, reject });
        return;
      }
      const middle = some.length >> 1;
      await probe(some.slice(0, middle));
      await probe(some.slice(middle));
    }
  }

  await client.query("BEGIN");
  try {
    await client.query(`CREATE TEMP TABLE probed (LIKE ${partition} INCLUDING ALL) ON COMMIT DROP`);
    await probe(rows);
  } finally {
    await client.query("ROLLBACK").catch(() => {});
  }
  return found;
}
