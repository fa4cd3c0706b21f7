import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { nothingLeftOut } from "../nothing-left-out";
import { plausibleMonth } from "../plausible-month";
import { rolledUp } from "../rolled-up";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Totals = z.object({
  patients: z.number(),
  resources: z.number(),
  from: z.date().nullable(),
  to: z.date().nullable(),
});

const totalsSql = `
  SELECT
    (SELECT count(*)::float8 FROM (
       SELECT DISTINCT patient FROM ${rolledUp("roll_up_patients")} AS held) AS patients) AS patients,
    (SELECT COALESCE(sum(records), 0)::float8 FROM ${rolledUp("roll_up_types")} AS held) AS resources,
    min(first_at) AS from,
    max(last_at) AS to
  FROM (
    SELECT month, first_at, last_at FROM ${rolledUp("roll_up_encounters")} AS held
    UNION ALL
    SELECT month, first_at, last_at FROM ${rolledUp("roll_up_observation_months")} AS held
  ) AS months
  WHERE ${plausibleMonth("month")}`;

/**
 * How much there is and whether it is all: distinct Patient ids across the chosen jobs (a patient of
 * two jobs counts once), rows of every type (a resource of two jobs counts twice: they are two rows),
 * first and last encounter or observation, and how many of the jobs are complete.
 */
export async function summary({
  jobs,
  source: { job_ids, ...completeness },
}: Selection): Promise<ChartNumbers<"summary">> {
  const [totals] = await rows(Totals, totalsSql, jobs);
  return {
    patients: totals?.patients ?? 0,
    resources: totals?.resources ?? 0,
    jobs: job_ids.length,
    period:
      totals?.from && totals.to
        ? { from: totals.from.toISOString(), to: totals.to.toISOString() }
        : null,
    ...completeness,
    left_out: nothingLeftOut,
  };
}
