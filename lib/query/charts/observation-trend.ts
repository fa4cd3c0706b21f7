import { z } from "zod";
import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { chosenJobs } from "../chosen-jobs";
import { plausibleMonth, yearsInMonths } from "../plausible-month";
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
  WITH ${valuesOfCode("roll_up_value_months")},
  dated AS MATERIALIZED (
    SELECT month, values FROM shown WHERE ${plausibleMonth("month")}
  ),
  span AS MATERIALIZED (
    SELECT CASE WHEN max(month) > min(month) + interval '${yearsInMonths} years'
             THEN 'year' ELSE 'month' END AS part FROM dated
  )
  SELECT (SELECT unit FROM chosen) AS unit, to_char(at, 'YYYY-MM-DD') AS at, count(*)::int AS count,
         percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY value) AS p
    FROM (
      -- In order before the values come out of their arrays: there are far fewer rows to sort.
      SELECT date_trunc(part, month) AS at, values FROM dated, span ORDER BY at
    ) AS ordered
   CROSS JOIN LATERAL unnest(values) AS value
   GROUP BY ordered.at
   ORDER BY ordered.at`;

/**
 * Median and quartiles of one code over time, in one unit (asked for, else the most frequent): a point
 * a month, a year where the values span more than six years; a time without values has no point.
 * @throws AppError invalid-request without a code
 */
export async function observationTrend(query: ChartQuery): Promise<ChartData<"observation-trend">> {
  const code = requiredCode(query);
  const jobs = await chosenJobs(query.job);
  const found = await rows(Row, sql, [...jobs, code, query.unit ?? null]);
  return {
    unit: found[0]?.unit ?? null,
    points: found.map(({ at, count, p: [p25, median, p75] }) => ({ at, count, median, p25, p75 })),
  };
}
