import { z } from "zod";
import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { typeOfTable } from "@/lib/store/data-tables";
import { ofChosenJobs } from "../job-filter";
import { rows } from "../rows";

const Row = z.object({ type: z.string(), records: z.number() });

const chosen = `${ofChosenJobs} AND ($2::text IS NULL OR patient_id = $2)`;

const sql = `
  SELECT type, records::float8 FROM (
    ${Object.entries(typeOfTable)
      .map(
        ([table, type]) =>
          `SELECT '${type}' AS type, count(*) AS records FROM ${table} WHERE ${chosen}`,
      )
      .join(" UNION ALL ")}
    UNION ALL
    SELECT resource_type, count(*) FROM resources WHERE ${chosen} GROUP BY resource_type
  ) AS counted
  WHERE records > 0
  ORDER BY records DESC, type`;

/** Rows of each resource type that the chosen jobs hold, most first; of one patient, where named. */
export async function resourcesByType(
  query: Pick<ChartQuery, "job"> & { patient?: string },
): Promise<ChartData<"resources-by-type">> {
  return { types: await rows(Row, sql, [query.job, query.patient ?? null]) };
}
