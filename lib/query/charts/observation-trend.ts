import { z } from "zod";
import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { plausibleTime, yearsInMonths } from "../plausible-time";
import { requiredCode } from "../required-code";
import { rows } from "../rows";
import { valuesOfCode } from "../values-of-code";

const Row = z.object({
  unit: z.string().nullable(),
  at: z.iso.date(),
  count: z.number(),
  p: z.tuple([z.number(), z.number(), z.number()]),
});

const sql = `
  WITH ${valuesOfCode},
  dated AS (
    SELECT value, effective_at AT TIME ZONE 'UTC' AS at FROM numbers
     WHERE ${plausibleTime("effective_at")}
  ),
  span AS MATERIALIZED (
    SELECT CASE WHEN max(at) > min(at) + interval '${yearsInMonths} years'
             THEN 'year' ELSE 'month' END AS part FROM dated
  )
  SELECT (SELECT unit FROM chosen) AS unit,
         to_char(date_trunc(part, at), 'YYYY-MM-DD') AS at,
         count(*)::int AS count,
         percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY value) AS p
    FROM dated, span
   GROUP BY 2
   ORDER BY 2`;

/**
 * Median and quartiles of one code over time, in one unit (asked for, else the most frequent): a point
 * a month, a year where the values span more than six years; a time without values has no point.
 * @throws AppError invalid-request without a code
 */
export async function observationTrend(query: ChartQuery): Promise<ChartData<"observation-trend">> {
  const found = await rows(Row, sql, [query.job, requiredCode(query), query.unit ?? null]);
  return {
    unit: found[0]?.unit ?? null,
    points: found.map(({ at, count, p: [p25, median, p75] }) => ({ at, count, median, p25, p75 })),
  };
}
