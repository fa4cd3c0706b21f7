import type { z } from "zod";
import { database } from "@/lib/store/client";

/** With these off PostgreSQL goes along an index that gives the order, and stops when it has enough. */
const settings = ["enable_seqscan", "enable_bitmapscan", "enable_sort"]
  .map((name) => `SET LOCAL ${name} = off;`)
  .join(" ");

/**
 * As `rows`, for a page of rows that are known to be frequent. Where a job still loads PostgreSQL has no
 * statistics, takes such rows for rare, and reads and sorts all rows of the job.
 * @throws the database's error; ZodError where statement and schema disagree
 */
export async function rowsInKeyOrder<T extends z.ZodType>(
  schema: T,
  sql: string,
  parameters: unknown[],
): Promise<z.infer<T>[]> {
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
