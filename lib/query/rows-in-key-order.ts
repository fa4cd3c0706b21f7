import type { z } from "zod";
import { rowsWithout } from "./rows-without";

/**
 * As `rows`, for a page of rows that are known to be frequent: along an index that gives the order, until there are
 * enough. Where a job still loads PostgreSQL has no statistics, takes such rows for rare, and reads and sorts
 * all rows of the job.
 * @throws the database's error; ZodError where statement and schema disagree
 */
export const rowsInKeyOrder = <T extends z.ZodType>(
  schema: T,
  sql: string,
  parameters: unknown[],
) => rowsWithout(["seqscan", "bitmapscan", "sort"], schema, sql, parameters);
