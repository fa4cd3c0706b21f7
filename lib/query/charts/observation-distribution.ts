import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { leftOut } from "../left-out";
import { held, withPeople } from "../narrowed";
import { requiredCode } from "../required-code";
import { rows } from "../rows";
import type { Selection } from "../selection";
import { ofUnit, valuesOfCode } from "../values-of-code";

const Row = z.object({
  unit: z.string().nullable(),
  count: z.number(),
  mean: z.number().nullable(),
  median: z.number().nullable(),
  p05: z.number().nullable(),
  p95: z.number().nullable(),
  /** width of a bin; null where all values are the same */
  step: z.number().nullable(),
  /** left edge of the first bin and number of bins, in steps */
  first: z.number().nullable(),
  last: z.number().nullable(),
  /** [bin, count] of the bins that are not empty */
  filled: z.array(z.tuple([z.number(), z.number()])),
});

/** Twenty bins would fit; rounded up to 1, 2 or 5 times a power of ten there are ten to twenty-two. */
const bins = 20;

/** What a statement finds by itself, or the number that it was told: a number, so nothing that SQL could read. */
const told = (value: number | undefined, found: string) =>
  value === undefined ? found : `${value}::float8`;

const sql = (selection: Selection) => `
  WITH ${valuesOfCode(held("roll_up_values", selection))},
  numbers AS MATERIALIZED (
    SELECT value, sum(times)::int AS records
      FROM shown CROSS JOIN LATERAL unnest(values, counts) AS each (value, times)
     GROUP BY value
  ),
  total AS (
    SELECT COALESCE(sum(records), 0)::int AS count, sum(value * records) / sum(records) AS mean
      FROM numbers
  ),
  ranked AS (SELECT value, sum(records) OVER (ORDER BY value) AS upto FROM numbers),
  -- percentile_cont over values that stand there as often as they are counted
  quantiles AS (
    SELECT array_agg(low + (place - floor(place)) * (high - low) ORDER BY part) AS p FROM (
      SELECT part, place,
             min(value) FILTER (WHERE upto > floor(place)) AS low,
             min(value) FILTER (WHERE upto > ceil(place)) AS high
        FROM (
          SELECT part, part * (count - 1) AS place
            FROM total, unnest(ARRAY[0.005, 0.05, 0.5, 0.95, 0.995]::float8[]) AS part
        ) AS places, ranked
       GROUP BY part, place
    ) AS neighbours
  ),
  stats AS (SELECT count, mean, p FROM total, quantiles),
  raw AS (SELECT *, (p[5] - p[1]) / ${bins} AS width FROM stats),
  sized AS (
    SELECT *, 10 ^ floor(log(NULLIF(width, 0))) AS power FROM raw
  ),
  stepped AS (
    SELECT *, ${told(
      selection.bins?.width,
      `power * CASE WHEN width / power <= 1 THEN 1 WHEN width / power <= 2 THEN 2
                           WHEN width / power <= 5 THEN 5 ELSE 10 END`,
    )} AS step
      FROM sized
  ),
  edged AS (
    SELECT *, ${told(selection.bins?.first, "floor(p[1] / step)")} AS first,
           ${told(selection.bins?.last, "floor(p[5] / step)")} AS last
      FROM stepped
  )
  SELECT (SELECT unit FROM chosen) AS unit, count, mean, p[3] AS median, p[2] AS p05, p[4] AS p95,
         step, first, last,
         CASE WHEN step IS NULL THEN '{}' ELSE ARRAY(
           SELECT ARRAY[bin, sum(records)::float8] FROM (
             SELECT least(greatest(floor(value / step), first), last) AS bin, records FROM numbers
           ) AS binned GROUP BY bin ORDER BY bin
         ) END AS filled
    FROM edged`;

/** 0.1 + 0.2 as 0.3: edges are for people. */
const tidy = (value: number) => Number(value.toPrecision(12));

/**
 * How the values of one code spread, in one unit (asked for, else the most frequent). Bins have round
 * edges and cover the middle 99 %; what lies beyond is counted in the first or last bin, so the bins
 * add up to `count` and one typing error does not flatten the rest. Bins that are asked for are taken as they
 * are, with all that lies beyond in the outermost.
 * @throws AppError invalid-request without a code
 */
export async function observationDistribution(
  selection: Selection,
): Promise<ChartNumbers<"observation-distribution">> {
  const code = requiredCode(selection);
  const [row] = await rows(Row, withPeople(selection, sql(selection)), [
    ...selection.jobs,
    code,
    selection.unit ?? null,
  ]);
  if (!row) throw new TypeError("an aggregate always has a row");
  const { step, first, last, filled, ...numbers } = row;
  const stats = {
    ...numbers,
    left_out: await leftOut(selection, "roll_up_values", ofUnit, [code, row.unit]),
  };
  const counts = new Map(filled);
  if (step === null || first === null || last === null) {
    const [from, to] = [row.median, row.median];
    return {
      ...stats,
      bins: from === null || to === null ? [] : [{ from, to, count: row.count }],
    };
  }
  return {
    ...stats,
    bins: Array.from({ length: last - first + 1 }, (_, index) => ({
      from: tidy((first + index) * step),
      to: tidy((first + index + 1) * step),
      count: counts.get(first + index) ?? 0,
    })),
  };
}
