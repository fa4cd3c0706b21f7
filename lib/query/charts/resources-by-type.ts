import { z } from "zod";
import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { typeOfTable } from "@/lib/store/data-tables";
import { chosenJobs } from "../chosen-jobs";
import { rolledUp } from "../rolled-up";
import { rows } from "../rows";

const Row = z.object({ type: z.string(), records: z.number() });

const sql = `
  SELECT resource_type AS type, sum(records)::float8 AS records
    FROM ${rolledUp("roll_up_types")} AS held
   GROUP BY 1 ORDER BY records DESC, type`;

/** Of one patient: few rows, and the key finds them. */
const patientSql = `
  SELECT type, records::float8 FROM (
    ${Object.entries(typeOfTable)
      .map(
        ([table, type]) =>
          `SELECT '${type}' AS type, count(*) AS records
             FROM ${table} WHERE etl_job_id = ANY($1) AND patient_id = $2`,
      )
      .join(" UNION ALL ")}
    UNION ALL
    SELECT resource_type, count(*)
      FROM resources WHERE etl_job_id = ANY($1) AND patient_id = $2 GROUP BY resource_type
  ) AS counted
  WHERE records > 0
  ORDER BY records DESC, type`;

/** Rows of each resource type that the chosen jobs hold, most first; of one patient, where named. */
export async function resourcesByType(
  query: Pick<ChartQuery, "job"> & { patient?: string },
): Promise<ChartData<"resources-by-type">> {
  const jobs = await chosenJobs(query.job);
  return {
    types:
      query.patient === undefined
        ? await rows(Row, sql, jobs)
        : await rows(Row, patientSql, [jobs.flat(), query.patient]),
  };
}
