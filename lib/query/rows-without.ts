import type { z } from "zod";
import { database } from "@/lib/store/client";

/** Ways of PostgreSQL to find rows, as its settings `enable_…` name them. */
export type Way = "seqscan" | "indexonlyscan" | "bitmapscan" | "sort" | "mergejoin" | "hashjoin";

/**
 * As `rows`, where PostgreSQL would choose the wrong way for want of statistics: it goes another one if there is any.
 * @throws the database's error; ZodError where statement and schema disagree
 */
export async function rowsWithout<T extends z.ZodType>(
  ways: readonly Way[],
  schema: T,
  sql: string,
  parameters: unknown[],
): Promise<z.infer<T>[]> {
  const settings = ways.map((way) => `SET LOCAL enable_${way} = off;`).join(" ");
  const client = await database().pool.connect();
  try {
    await client.query(`BEGIN; ${settings}`);
    const result = await client.query(sql, parameters);
    await client.query("COMMIT");
    client.release();
    return result.rows.map((row) => schema.parse(row));
  } catch (error) {
    client.release(true);
    throw error;
  }
}
