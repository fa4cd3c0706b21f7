import { z } from "zod";
import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { ofChosenJobs } from "./job-filter";
import { rows } from "./rows";

const Row = z.object({
  code_system: z.string().nullable(),
  code: z.string().nullable(),
  display: z.string(),
  records: z.number(),
  patients: z.number(),
  distinct: z.number(),
});

const shown = 20;

/**
 * The most frequent codes of a table by rows, with their distinct patients (across the chosen jobs).
 * One code is one line whatever its spellings; what has words but no code is counted by its words.
 */
export async function codeCounts(
  table: "conditions" | "medication_requests",
  column: { system: string; code: string; display: string },
  query: ChartQuery,
): Promise<ChartData<"most-frequent-conditions">> {
  const found = await rows(
    Row,
    `SELECT code_system, code, COALESCE(display, code, '') AS display, records, patients,
            (count(*) OVER ())::int AS distinct
       FROM (
         SELECT ${column.system} AS code_system, ${column.code} AS code,
                mode() WITHIN GROUP (ORDER BY ${column.display}) AS display,
                count(*)::int AS records,
                count(DISTINCT NULLIF(patient_id, ''))::int AS patients
           FROM ${table}
          WHERE ${ofChosenJobs}
          GROUP BY ${column.system}, ${column.code},
                   CASE WHEN ${column.code} IS NULL THEN ${column.display} END
       ) AS counted
      ORDER BY records DESC, code, display
      LIMIT ${shown}`,
    [query.job],
  );
  return {
    codes: found.map(({ distinct, ...code }) => code),
    distinct: found[0]?.distinct ?? 0,
  };
}
