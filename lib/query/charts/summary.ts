import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { leftOut } from "../left-out";
import { held, outerMonths, withPeople } from "../narrowed";
import { plausibleMonth } from "../plausible-month";
import { rolledUp } from "../rolled-up";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Totals = z.object({
  /** null: counted already */
  patients: z.number().nullable(),
  resources: z.number(),
  from: z.date().nullable(),
  to: z.date().nullable(),
});

const totalsSql = (selection: Selection) => `
  SELECT
    ${
      selection.people
        ? "NULL::float8"
        : `(SELECT count(*)::float8 FROM (
             SELECT DISTINCT patient FROM ${rolledUp("roll_up_patients")} AS held) AS patients)`
    } AS patients,
    (SELECT COALESCE(sum(records), 0)::float8 FROM ${held("roll_up_types", selection)} AS held) AS resources,
    ${selection.people ? "min(month)::timestamp AT TIME ZONE 'UTC'" : "min(first_at)"} AS from,
    ${
      selection.people
        ? "(max(month) + interval '1 month' - interval '1 ms') AT TIME ZONE 'UTC'"
        : "max(last_at)"
    } AS to
  FROM (${
    selection.people
      ? outerMonths(selection, plausibleMonth)
      : `SELECT month, first_at, last_at FROM ${held("roll_up_encounters", selection)} AS held
         UNION ALL
         SELECT month, first_at, last_at FROM ${held("roll_up_observation_months", selection)} AS held`
  }) AS months
  WHERE ${plausibleMonth("month")}`;

/**
 * How much there is and whether it is all: distinct Patient ids across the chosen jobs (a patient of
 * two jobs counts once), rows of every type (a resource of two jobs counts twice: they are two rows),
 * first and last encounter or observation, and how many of the jobs are complete.
 */
export async function summary(selection: Selection): Promise<ChartNumbers<"summary">> {
  const { job_ids, ...completeness } = selection.source;
  const sql = withPeople(selection, totalsSql(selection));
  const [totals] = await rows(Totals, sql, selection.jobs);
  const counted = selection.people?.counts.reduce((sum, { patients }) => sum + patients, 0);
  return {
    patients: counted ?? totals?.patients ?? 0,
    resources: totals?.resources ?? 0,
    jobs: job_ids.length,
    period:
      totals?.from && totals.to
        ? { from: totals.from.toISOString(), to: totals.to.toISOString() }
        : null,
    ...completeness,
    left_out: await leftOut(selection, "roll_up_types"),
  };
}
