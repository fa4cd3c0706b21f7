import type { DataTable } from "@/lib/store/data-tables";
import { dateOf, type Narrow, patientNumber, type RollUpName, rollUps } from "@/lib/store/roll-ups";
import { agedPatients, ofPeople } from "./people";
import { rolledUp } from "./rolled-up";
import type { Filters, Months } from "./selection";

/**
 * Which of the resources: those that the filters take; those that meet the rest but have no date; those
 * of those months, or without a date, that are of no patient of the chosen jobs.
 */
export type Part = "taken" | "undated" | "without_patient";

/** The first moments of the first month and of the month after the last, in UTC. */
function between(column: string, { from, to }: Months): string {
  const start = from ? ` AND ${column} >= '${from}-01T00:00:00Z'` : "";
  const [year = 0, month = 0] = (to ?? "").split("-").map(Number);
  const end = to ? new Date(Date.UTC(year, month, 1)).toISOString() : null;
  return end ? `${start} AND ${column} < '${end}'` : start;
}

/** What a row of a table must meet to be in that part. Needs `people` of `withPeople` before it. */
export function narrowTo({ people, months }: Filters, part: Part): Narrow {
  return (table: DataTable) => {
    const conditions: string[] = [];
    if (people) {
      const among =
        part === "without_patient"
          ? "NOT IN (SELECT patient FROM aged_patients)"
          : "IN (SELECT patient FROM people)";
      conditions.push(` AND ${patientNumber("patient_id")} ${among}`);
    } else if (part === "without_patient") conditions.push(" AND false");
    const date = dateOf[table];
    if (part === "undated") {
      if (!months) conditions.push(" AND false");
      else if (date) conditions.push(` AND ${date} IS NULL`);
    } else if (months) {
      if (part === "without_patient") {
        if (date) conditions.push(` AND (${date} IS NULL OR (true${between(date, months)}))`);
      } else conditions.push(date ? between(date, months) : " AND false");
    }
    return conditions.join("");
  };
}

/** A statement that may name `people`, the numbers of the patients that were chosen, and `aged_patients`. */
export function withPeople({ people }: Filters, sql: string): string {
  if (!people) return sql;
  const own = `${agedPatients}, people AS MATERIALIZED (
    SELECT patient FROM aged_patients WHERE true${ofPeople(people)}
  )`;
  const with_ = /^\s*WITH\b/;
  return with_.test(sql) ? sql.replace(with_, `WITH ${own},`) : `WITH ${own} ${sql}`;
}

/** One roll-up over what the filters take of the chosen jobs, for a FROM (see rolledUp). */
export function held(name: RollUpName, filters: Filters, part: Part = "taken"): string {
  if (!filters.people && !filters.months && part === "taken") return rolledUp(name);
  const { columns, select } = rollUps[name];
  const narrow = narrowTo(filters, part);
  return `(
    SELECT ${columns.join(", ")} FROM (${select("$1", narrow)}) AS stored
    UNION ALL
    SELECT ${columns.join(", ")} FROM (${select("$2", narrow)}) AS made
  )`;
}
