import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { leftOut } from "../left-out";
import { held, withPeople } from "../narrowed";
import { plausibleMonth, yearsInMonths } from "../plausible-month";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Row = z.object({
  /** the month's first day; null: undated */
  month: z.iso.date().nullable(),
  class: z.string(),
  count: z.number(),
});

const sql = (selection: Selection) => `
  SELECT to_char(CASE WHEN ${plausibleMonth("month")} THEN month END, 'YYYY-MM-DD') AS month,
         COALESCE(class_code, 'unknown') AS class,
         sum(records)::int AS count
    FROM ${held("roll_up_encounters", selection)} AS held
   GROUP BY 1, 2`;

/** More classes than a legend holds are counted as "other". */
const shownClasses = 8;

function* steps(from: string, to: string, unit: "month" | "year"): Generator<string> {
  const date = new Date(`${from}T00:00:00Z`);
  for (let at = from; at <= to; at = date.toISOString().slice(0, 10)) {
    yield at;
    if (unit === "month") date.setUTCMonth(date.getUTCMonth() + 1);
    else date.setUTCFullYear(date.getUTCFullYear() + 1);
  }
}

/**
 * Encounters by start and class: a point a month, a year where they span more than six years; every
 * point between the first and the last is there. Classes come most frequent first, at most eight.
 * `undated`: no start, or one before 1900 or in a month more than a year ahead.
 */
export async function encountersOverTime(
  selection: Selection,
): Promise<ChartNumbers<"encounters-over-time">> {
  const found = await rows(Row, withPeople(selection, sql(selection)), selection.jobs);
  const left_out = await leftOut(selection, "roll_up_encounters");
  const dated = found.flatMap((row) => (row.month ? [{ ...row, month: row.month }] : []));
  const undated = found.reduce((sum, row) => sum + (row.month ? 0 : row.count), left_out.undated);

  const totals = new Map<string, number>();
  for (const row of dated) totals.set(row.class, (totals.get(row.class) ?? 0) + row.count);
  const ranked = [...totals.keys()].sort(
    (a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0) || a.localeCompare(b, "en"),
  );
  const folded = ranked.length > shownClasses;
  const own = folded
    ? ranked.filter((name) => name !== "other").slice(0, shownClasses - 1)
    : ranked;
  const classes = folded ? [...own, "other"] : own;
  const classOf = (name: string) => (own.includes(name) ? name : "other");

  const months = dated.map((row) => row.month).sort();
  const [first, last] = [months[0], months.at(-1)];
  if (!first || !last) return { unit: "month", classes, points: [], undated, left_out };
  const span = Number(last.slice(0, 4)) - Number(first.slice(0, 4));
  const unit =
    span > yearsInMonths || (span === yearsInMonths && last.slice(5) > first.slice(5))
      ? "year"
      : "month";
  const atOf = (month: string) => (unit === "year" ? `${month.slice(0, 4)}-01-01` : month);

  const points = new Map(
    [...steps(atOf(first), atOf(last), unit)].map((at) => [
      at,
      Object.fromEntries(classes.map((name) => [name, 0])),
    ]),
  );
  for (const row of dated) {
    const counts = points.get(atOf(row.month));
    const name = classOf(row.class);
    if (counts) counts[name] = (counts[name] ?? 0) + row.count;
  }
  return {
    unit,
    classes,
    points: [...points].map(([at, counts]) => ({ at, counts })),
    undated,
    left_out,
  };
}
