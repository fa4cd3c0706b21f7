import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { rollUps } from "@/lib/store/roll-ups";
import { leftOut } from "../left-out";
import { held, withPeople } from "../narrowed";
import { plausibleMonth, plausibleYear, yearsInMonths } from "../plausible-month";
import { requiredCode } from "../required-code";
import { rows } from "../rows";
import type { Selection } from "../selection";
import { chosenUnit, ofUnit } from "../values-of-code";

const Row = z.object({
  unit: z.string().nullable(),
  at: z.iso.date(),
  count: z.number(),
  p: z.tuple([z.number(), z.number(), z.number()]),
});

const filtered = ({ people, months }: Selection) => people !== undefined || months !== undefined;

const storedYears = (selection: Selection) => `
  SELECT unit, year, records, values, counts FROM roll_up_value_years
   WHERE etl_job_id = ANY($1::uuid[]) AND code = $3${filtered(selection) ? " AND false" : ""}`;

/** `made`: its values stand in no year above, because they were taken from rows or by filters. */
const everyMonth = (selection: Selection) =>
  filtered(selection)
    ? `SELECT true AS made, unit, month, values
         FROM ${held("roll_up_value_months", selection)} AS held WHERE code = $3`
    : `SELECT false AS made, unit, month, values FROM roll_up_value_months
        WHERE etl_job_id = ANY($1::uuid[]) AND code = $3
       UNION ALL
       SELECT true, unit, month, values
         FROM (${rollUps.roll_up_value_months.select("$2")}) AS plain WHERE code = $3`;

/** What percentile_cont says of `n` values that stand there as often as `upto` counts them. */
function quantile(part: number): string {
  const place = `(${part}::float8 * (n - 1))`;
  const at = (index: string) => `min(value) FILTER (WHERE upto > ${index})`;
  const [low, high] = [at(`floor(${place})`), at(`ceil(${place})`)];
  return `${low} + (${place} - floor(${place})) * (${high} - ${low})`;
}

// The arrays of months are looked into only where years do not do: where the axis is of months, for jobs
// without roll-ups, and for the year of which only some months are plausible.
const sql = (selection: Selection) => `
  WITH years AS MATERIALIZED (${storedYears(selection)}),
  months AS MATERIALIZED (${everyMonth(selection)}),
  units AS (
    SELECT unit, records FROM years
    UNION ALL
    SELECT unit, cardinality(values) FROM months WHERE made
  ),
  chosen AS MATERIALIZED (${chosenUnit("units")}),
  dated AS (
    SELECT made, month, values
      FROM months JOIN chosen ON months.unit IS NOT DISTINCT FROM chosen.unit
     WHERE ${plausibleMonth("month")}
  ),
  span AS MATERIALIZED (
    SELECT CASE WHEN max(month) > min(month) + interval '${yearsInMonths} years'
             THEN 'year' ELSE 'month' END AS part FROM dated
  ),
  counted AS (
    SELECT year AS at, value, times
      FROM span
     CROSS JOIN years JOIN chosen ON years.unit IS NOT DISTINCT FROM chosen.unit
     CROSS JOIN LATERAL unnest(values, counts) AS each (value, times)
     WHERE part = 'year' AND ${plausibleYear("year")}
    UNION ALL
    SELECT date_trunc('year', month::timestamp)::date, value, 1
      FROM span CROSS JOIN dated CROSS JOIN LATERAL unnest(values) AS value
     WHERE part = 'year' AND (made OR NOT ${plausibleYear("date_trunc('year', month::timestamp)::date")})
  ),
  ranked AS (
    SELECT at, value, sum(times) OVER (PARTITION BY at ORDER BY value) AS upto,
           sum(times) OVER (PARTITION BY at) AS n
      FROM (SELECT at, value, sum(times)::int AS times FROM counted GROUP BY 1, 2) AS numbers
  )
  SELECT (SELECT unit FROM chosen) AS unit, to_char(at, 'YYYY-MM-DD') AS at, count, p
    FROM (
      SELECT at, n::int AS count, ARRAY[${[0.25, 0.5, 0.75].map(quantile).join(", ")}] AS p
        FROM ranked GROUP BY at, n
      UNION ALL
      SELECT month, count(*)::int, percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY value)
        FROM (
          -- In order before the values come out of their arrays: there are far fewer rows to sort.
          SELECT month, values FROM span CROSS JOIN dated WHERE part = 'month' ORDER BY month
        ) AS ordered
       CROSS JOIN LATERAL unnest(values) AS value
       GROUP BY ordered.month
    ) AS points
   ORDER BY points.at`;

/**
 * Median and quartiles of one code over time, in one unit (asked for, else the most frequent): a point
 * a month, a year where the values span more than six years; a time without values has no point.
 * @throws AppError invalid-request without a code
 */
export async function observationTrend(
  selection: Selection,
): Promise<ChartNumbers<"observation-trend">> {
  const code = requiredCode(selection);
  const found = await rows(Row, withPeople(selection, sql(selection)), [
    ...selection.jobs,
    code,
    selection.unit ?? null,
  ]);
  const unit = found[0]?.unit ?? null;
  return {
    unit,
    left_out: await leftOut(selection, "roll_up_values", ofUnit, [code, unit]),
    points: found.map(({ at, count, p: [p25, median, p75] }) => ({ at, count, median, p25, p75 })),
  };
}
