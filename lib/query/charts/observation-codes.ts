import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { leftOut } from "../left-out";
import { held, withPeople } from "../narrowed";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Row = z.object({
  code_system: z.string().nullable(),
  code: z.string(),
  display: z.string(),
  records: z.number(),
  units: z.array(z.string()),
});

const shown = 200;

const sql = (selection: Selection) => `
  WITH held AS MATERIALIZED (
    SELECT code_system, code, code_display, unit, sum(records) AS records
      FROM ${held("roll_up_values", selection, "taken", true)} AS counted GROUP BY 1, 2, 3, 4
  ),
  displays AS (
    SELECT code_system, code, code_display, sum(records) AS records FROM held GROUP BY 1, 2, 3
  ),
  units AS (
    SELECT code_system, code, unit, sum(records) AS records FROM held
     WHERE unit IS NOT NULL GROUP BY 1, 2, 3
  )
  SELECT d.code_system, d.code,
         COALESCE((array_agg(d.code_display ORDER BY d.records DESC, d.code_display)
           FILTER (WHERE d.code_display IS NOT NULL))[1], d.code) AS display,
         sum(d.records)::int AS records,
         ARRAY(SELECT u.unit FROM units AS u
                WHERE u.code = d.code AND u.code_system IS NOT DISTINCT FROM d.code_system
                ORDER BY u.records DESC, u.unit LIMIT 20) AS units
    FROM displays AS d
   GROUP BY d.code_system, d.code
   ORDER BY records DESC, d.code
   LIMIT ${shown}`;

/**
 * Codes with numeric values, most values first, components (blood pressure) under their own codes;
 * of each its units, most frequent first. At most 200.
 */
export async function observationCodes(
  selection: Selection,
): Promise<ChartNumbers<"observation-codes">> {
  const codes = await rows(Row, withPeople(selection, sql(selection)), selection.jobs);
  return { codes, left_out: await leftOut(selection, "roll_up_values") };
}
