import { z } from "zod";
import { rows } from "./rows";

const Row = z.object({ id: z.uuid(), rolled_up: z.boolean() });

/**
 * The chosen jobs (none chosen: all), as the first two parameters of a chart's statement: those whose
 * roll-ups are read, and those whose rows are (not settled yet). This is the one place that decides. A
 * list in hand also lets PostgreSQL plan with no other partitions than those.
 */
export async function chosenJobs(job: string[]): Promise<[rolledUp: string[], plain: string[]]> {
  const found = await rows(
    Row,
    `SELECT j.id, r.etl_job_id IS NOT NULL AS rolled_up
       FROM export_jobs AS j LEFT JOIN roll_up_jobs AS r ON r.etl_job_id = j.id
      WHERE $1::uuid[] = '{}' OR j.id = ANY($1)`,
    [job],
  );
  const ids = (rolledUp: boolean) =>
    found.filter((row) => row.rolled_up === rolledUp).map((row) => row.id);
  return [ids(true), ids(false)];
}
