import type { z } from "zod";
import { patientNumber } from "@/lib/store/roll-ups";
import { rowsWithout } from "./rows-without";

/**
 * The keys of the rows of chosen people in a table, in their order, for a FROM; needs `people` of `withPeople`. All of it
 * stands in the key's index. As a test of each key, not as a join, which PostgreSQL would begin at the people.
 */
export const keysOfPeople = (table: string, where: string) => `(
  SELECT patient_id, id FROM ${table}
   WHERE ${where} AND (${patientNumber("patient_id")} IN (SELECT patient FROM people)) IS TRUE
   ORDER BY patient_id, id OFFSET 0)`;

/**
 * As `rows`, for a page of rows that are sought by `keysOfPeople`: key by key, until there are enough.
 * @throws the database's error; ZodError where statement and schema disagree
 */
export const rowsOfPeople = <T extends z.ZodType>(schema: T, sql: string, parameters: unknown[]) =>
  rowsWithout(["seqscan", "bitmapscan", "sort", "mergejoin", "hashjoin"], schema, sql, parameters);
