import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { nothingLeftOut } from "../nothing-left-out";
import { rolledUp } from "../rolled-up";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Row = z.object({
  /** 0 … 9: ten-year bands, 9 is 90 and above; null: unknown */
  band: z.number().int().min(0).max(9).nullable(),
  female: z.number(),
  male: z.number(),
  other: z.number(),
  unknown: z.number(),
});

/** Completed years from a birth to a day, divided by ten. */
const decades = (day: string) => `floor(date_part('year', age(${day}, birth_date)) / 10)`;

const sql = `
  WITH one_row_each AS (
    SELECT DISTINCT ON (patient) gender, birth_date, deceased, deceased_at
      FROM ${rolledUp("roll_up_patients")} AS held
     ORDER BY patient, last_updated DESC NULLS LAST, etl_job_id
  ), today AS MATERIALIZED (
    -- The day after the last birth of each band, oldest first: finding one's place among ten days takes
    -- a third of the time of an age.
    SELECT array_agg((day - decade * interval '10 years')::date + 1 ORDER BY decade DESC) AS edges
      FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS day) AS days, generate_series(0, 9) AS decade
  ), aged AS (
    SELECT gender,
           CASE WHEN deceased_at IS NOT NULL THEN ${decades("(deceased_at AT TIME ZONE 'UTC')::date")}
                WHEN deceased IS NOT TRUE THEN 9 - width_bucket(birth_date, edges) END AS decades
      FROM one_row_each CROSS JOIN today
  )
  SELECT CASE WHEN decades >= 0 THEN least(decades, 9)::int END AS band,
         (count(*) FILTER (WHERE gender = 'female'))::int AS female,
         (count(*) FILTER (WHERE gender = 'male'))::int AS male,
         (count(*) FILTER (WHERE gender NOT IN ('female', 'male', 'unknown')))::int AS other,
         (count(*) FILTER (WHERE gender = 'unknown' OR gender IS NULL))::int AS unknown
    FROM aged
   GROUP BY band`;

const none = { female: 0, male: 0, other: 0, unknown: 0 };

/**
 * Patients by ten-year band and sex: age at death for the deceased, today's for others. A patient of
 * several jobs counts once, as the row that the server changed last says. "unknown": no birth date, a
 * birth in the future, or dead at an unknown time.
 */
export async function patientsByAgeAndSex(
  selection: Selection,
): Promise<ChartNumbers<"patients-by-age-and-sex">> {
  const found = await rows(Row, sql, selection.jobs);
  const counts = (band: number | null) => {
    const row = found.find((one) => one.band === band) ?? none;
    return { female: row.female, male: row.male, other: row.other, unknown: row.unknown };
  };
  const bands = Array.from({ length: 10 }, (_, band) => ({
    band: band === 9 ? "90+" : `${band * 10}–${band * 10 + 9}`,
    ...counts(band),
  }));
  return { bands: [...bands, { band: "unknown", ...counts(null) }], left_out: nothingLeftOut };
}
