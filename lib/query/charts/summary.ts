import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { rollUps } from "@/lib/store/roll-ups";
import { leftOut } from "../left-out";
import { held, narrowTo, outerMonths, withPeople } from "../narrowed";
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

/** First and last of what `months` says; of filters by people, whose roll-ups have months, whole months. */
const period = ({ people }: Selection) =>
  people
    ? `min(month)::timestamp AT TIME ZONE 'UTC' AS from,
       (max(month) + interval '1 month' - interval '1 ms') AT TIME ZONE 'UTC' AS to`
    : "min(first_at) AS from, max(last_at) AS to";

const monthsOf = (selection: Selection) =>
  (["roll_up_encounters", "roll_up_observation_months"] as const)
    .map((name) => {
      const from = selection.people
        ? `(${rollUps[name].select("$2", narrowTo(selection, "taken"))})`
        : held(name, selection);
      return `SELECT month, first_at, last_at FROM ${from} AS held`;
    })
    .join(" UNION ALL ");

const totalsSql = (selection: Selection) => `
  SELECT
    ${
      selection.people
        ? "NULL::float8"
        : `(SELECT count(*)::float8 FROM (
             SELECT DISTINCT patient FROM ${rolledUp("roll_up_patients")} AS held) AS patients)`
    } AS patients,
    (SELECT COALESCE(sum(records), 0)::float8 FROM ${held("roll_up_types", selection)} AS held) AS resources,
    ${period(selection)}
  FROM (${monthsOf(selection)}) AS months
  WHERE ${plausibleMonth("month")}`;

const Period = Totals.pick({ from: true, to: true });

/** When the chosen people's resources are of, in jobs that have roll-ups. */
async function storedPeriod(selection: Selection): Promise<z.infer<typeof Period>[]> {
  if (!selection.people) return [];
  const sql = `SELECT ${period(selection)} FROM (${outerMonths(selection, plausibleMonth)}) AS months`;
  return rows(Period, withPeople(selection, sql), [selection.jobs[0]]);
}

/**
 * How much there is and whether it is all: distinct Patient ids across the chosen jobs (a patient of
 * two jobs counts once), rows of every type (a resource of two jobs counts twice: they are two rows),
 * first and last encounter or observation, and how many of the jobs are complete.
 */
export async function summary(selection: Selection): Promise<ChartNumbers<"summary">> {
  const { job_ids, ...completeness } = selection.source;
  const sql = withPeople(selection, totalsSql(selection));
  const [[totals], stored] = await Promise.all([
    rows(Totals, sql, selection.jobs),
    storedPeriod(selection),
  ]);
  const moments = [totals, ...stored].flatMap((one) => [one?.from ?? [], one?.to ?? []].flat());
  const times = moments.map((moment) => moment.getTime());
  const counted = selection.people?.counts.reduce((sum, { patients }) => sum + patients, 0);
  return {
    patients: counted ?? totals?.patients ?? 0,
    resources: totals?.resources ?? 0,
    jobs: job_ids.length,
    period:
      times.length > 0
        ? {
            from: new Date(Math.min(...times)).toISOString(),
            to: new Date(Math.max(...times)).toISOString(),
          }
        : null,
    ...completeness,
    left_out: await leftOut(selection, "roll_up_types"),
  };
}
