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

const sql = `
  WITH numbers AS (${numericObservations()}),
  units AS (
    SELECT code_system, code, unit, count(*) AS records
      FROM numbers WHERE unit IS NOT NULL GROUP BY code_system, code, unit
  )
  SELECT n.code_system, n.code,
         COALESCE(mode() WITHIN GROUP (ORDER BY n.code_display), n.code) AS display,
         count(*)::int AS records,
         count(DISTINCT NULLIF(n.patient_id, ''))::int AS patients,
         ARRAY(SELECT u.unit FROM units AS u
                WHERE u.code = n.code AND u.code_system IS NOT DISTINCT FROM n.code_system
                ORDER BY u.records DESC, u.unit LIMIT 20) AS units
    FROM numbers AS n
   WHERE n.code IS NOT NULL
   GROUP BY n.code_system, n.code
   ORDER BY records DESC, n.code
   LIMIT ${shown}`;

/**
 * Codes with numeric values, most values first, components (blood pressure) under their own codes;
 * of each its units, most frequent first. At most 200.
 */
export async function observationCodes(query: ChartQuery): Promise<ChartData<"observation-codes">> {
  return { codes: await rows(Row, sql, [query.job]) };
}
