import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { typeOfTable } from "@/lib/store/data-tables";
import { nothingLeftOut } from "../nothing-left-out";
import { rolledUp } from "../rolled-up";
import { rows } from "../rows";
import type { Selection } from "../selection";

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
  { jobs }: Pick<Selection, "jobs">,
  patient?: string,
): Promise<ChartNumbers<"resources-by-type">> {
  const found =
    patient === undefined
      ? await rows(Row, sql, jobs)
      : await rows(Row, patientSql, [jobs.flat(), patient]);
  return {
    types: found.map((row) => ({ ...row, undated: 0, without_patient: 0 })),
    left_out: nothingLeftOut,
  };
}
