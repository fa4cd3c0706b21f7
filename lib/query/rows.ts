import type { z } from "zod";
import { database } from "@/lib/store/client";

/**
 * Runs one statement and checks its rows, so that the types below it are facts.
 * @throws the database's error; ZodError where statement and schema disagree
 */
export async function rows<T extends z.ZodType>(
  schema: T,
  sql: string,
  parameters: unknown[],
): Promise<z.infer<T>[]> {
  const result = await database().pool.query(sql, parameters);
  return result.rows.map((row) => schema.parse(row));
}
