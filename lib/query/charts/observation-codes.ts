import { z } from "zod";
import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { numericObservations } from "../numeric-observations";
import { rows } from "../rows";

const Row = z.object({
  code_system: z.string().nullable(),
  code: z.string().nullable(),
  display: z.string(),
  records: z.number(),
  patients: z.number(),
  units: z.array(z.string()),
});

const shown = 200;

// Cells first: one pass counts them, and names, units and patients are told from the few cells. (To
// sort every value for its code's most frequent name took five times as long.)
const sql = `
  WITH numbers AS (${numericObservations()}),
  cells AS MATERIALIZED (
    SELECT code_system, code, code_display, unit, NULLIF(patient_id, '') AS patient_id,
           count(*) AS records
      FROM numbers WHERE code IS NOT NULL
     GROUP BY code_system, code, code_display, unit, NULLIF(patient_id, '')
  ),
  counted AS (
    SELECT code_system, code, sum(records)::int AS records,
           count(DISTINCT patient_id)::int AS patients
      FROM cells GROUP BY code_system, code
     ORDER BY records DESC, code LIMIT ${shown}
  ),
  names AS (
    SELECT DISTINCT ON (code_system, code) code_system, code, code_display
      FROM (
        SELECT code_system, code, code_display, sum(records) AS records
          FROM cells WHERE code_display IS NOT NULL GROUP BY code_system, code, code_display
      ) AS spellings
     ORDER BY code_system, code, records DESC, code_display
  ),
  units AS (
    SELECT code_system, code, unit, sum(records) AS records
      FROM cells WHERE unit IS NOT NULL GROUP BY code_system, code, unit
  )
  SELECT n.code_system, n.code, n.records, n.patients,
         COALESCE((SELECT code_display FROM names AS d
                    WHERE d.code = n.code AND d.code_system IS NOT DISTINCT FROM n.code_system),
                  n.code) AS display,
         ARRAY(SELECT u.unit FROM units AS u
                WHERE u.code = n.code AND u.code_system IS NOT DISTINCT FROM n.code_system
                ORDER BY u.records DESC, u.unit LIMIT 20) AS units
    FROM counted AS n
   ORDER BY records DESC, n.code`;

/**
 * Codes with numeric values, most values first, components (blood pressure) under their own codes;
 * of each its units, most frequent first. At most 200.
 */
export async function observationCodes(query: ChartQuery): Promise<ChartData<"observation-codes">> {
  return { codes: await rows(Row, sql, [query.job]) };
}
