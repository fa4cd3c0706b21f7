import type { AgeBand, Sex } from "@/lib/contract/chart";
import { rolledUp } from "./rolled-up";

/** The patients whose resources are looked at; a list that is empty takes all. */
export type People = { sex: Sex[]; age: AgeBand[] };

/** Completed years from a birth to a day, divided by ten. */
const decades = (day: string) => `floor(date_part('year', age(${day}, birth_date)) / 10)`;

/**
 * `aged_patients`: every patient of the chosen jobs once, as the row says that the server changed last,
 * with `sex` and `band` (0 … 9: ten-year bands, 9 is 90 and above; null: unknown). The beginning of a
 * statement.
 */
export const agedPatients = `
  one_row_each AS (
    SELECT DISTINCT ON (patient) patient, gender, birth_date, deceased, deceased_at
      FROM ${rolledUp("roll_up_patients")} AS held
     ORDER BY patient, last_updated DESC NULLS LAST, etl_job_id
  ), today AS MATERIALIZED (
    -- The day after the last birth of each band, oldest first: finding one's place among ten days takes
    -- a third of the time of an age.
    SELECT array_agg((day - decade * interval '10 years')::date + 1 ORDER BY decade DESC) AS edges
      FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS day) AS days, generate_series(0, 9) AS decade
  ), dated_patients AS (
    SELECT patient,
           CASE WHEN gender IN ('female', 'male') THEN gender
                WHEN gender = 'unknown' OR gender IS NULL THEN 'unknown' ELSE 'other' END AS sex,
           CASE WHEN deceased_at IS NOT NULL THEN ${decades("(deceased_at AT TIME ZONE 'UTC')::date")}
                WHEN deceased IS NOT TRUE THEN 9 - width_bucket(birth_date, edges) END AS decades
      FROM one_row_each CROSS JOIN today
  ), aged_patients AS (
    SELECT patient, sex, CASE WHEN decades >= 0 THEN least(decades, 9)::int END AS band
      FROM dated_patients
  )`;
