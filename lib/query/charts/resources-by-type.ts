import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { typeOfTable } from "@/lib/store/data-tables";
import { held, type Part, withPeople } from "../narrowed";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Row = z.object({
  type: z.string(),
  records: z.number(),
  undated: z.number(),
  without_patient: z.number(),
});

const sql = (selection: Pick<Selection, "people" | "months">) => {
  const of = (part: Part) =>
    `SELECT resource_type, '${part}' AS part, records FROM ${held("roll_up_types", selection, part)} AS ${part}`;
  const parts: Part[] =
    selection.people || selection.months ? ["taken", "undated", "without_patient"] : ["taken"];
  const sum = (part: Part) => `COALESCE(sum(records) FILTER (WHERE part = '${part}'), 0)::float8`;
  return `
    SELECT resource_type AS type, ${sum("taken")} AS records, ${sum("undated")} AS undated,
           ${sum("without_patient")} AS without_patient
      FROM (${parts.map(of).join(" UNION ALL ")}) AS held
     GROUP BY 1 ORDER BY records DESC, type`;
};

/** Of one patient: few rows, and the key finds them. */
const patientSql = `
  SELECT type, records::float8, 0 AS undated, 0 AS without_patient FROM (
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
  { jobs, ...filters }: Pick<Selection, "jobs" | "people" | "months">,
  patient?: string,
): Promise<ChartNumbers<"resources-by-type">> {
  const found =
    patient === undefined
      ? await rows(Row, withPeople(filters, sql(filters)), jobs)
      : await rows(Row, patientSql, [jobs.flat(), patient]);
  const sum = (part: "undated" | "without_patient") =>
    found.reduce((all, row) => all + row[part], 0);
  return {
    types: found,
    left_out: { undated: sum("undated"), without_patient: sum("without_patient") },
  };
}
