import { type DataTable, typeOfTable } from "@/lib/store/data-tables";
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

/** Numbers of people that follow one another, as few ranges as there are: a job's people have theirs by sex and age. */
const ranges = (members: string) => `
    SELECT etl_job_id, min(no) AS low, max(no) AS high FROM (
      SELECT etl_job_id, no, no - row_number() OVER (PARTITION BY etl_job_id ORDER BY no) AS island
        FROM (${members}) AS members
    ) AS numbered GROUP BY etl_job_id, island`;

const peopleOf = (which: string) =>
  `SELECT etl_job_id, no FROM roll_up_people WHERE etl_job_id = ANY($1::uuid[]) AND patient ${which}`;

/** A statement that may name `people`, the numbers of the patients that were chosen, and `aged_patients`. */
export function withPeople({ people }: Filters, sql: string): string {
  if (!people) return sql;
  // None is made that the statement does not name.
  const own = `${agedPatients}, people AS MATERIALIZED (
    SELECT patient FROM aged_patients WHERE true${ofPeople(people)}
  ), ranges_taken AS MATERIALIZED (
    ${ranges(peopleOf("IN (SELECT patient FROM people)"))}
  ), ranges_without_patient AS MATERIALIZED (
    ${ranges(`${peopleOf("NOT IN (SELECT patient FROM aged_patients)")}
      UNION ALL SELECT unnest($1::uuid[]), 0`)}
  )`;
  const begin = /^\s*WITH\b/;
  return begin.test(sql) ? sql.replace(begin, `WITH ${own},`) : `WITH ${own} ${sql}`;
}

/** What of a stored table is in that part, with the places of the people that are meant: after `below`, up to `upto`. */
function places(
  table: string,
  { people, months }: Filters,
  part: Part,
  peopleColumn = "people",
): string {
  const conditions = ["t.etl_job_id = ANY($1::uuid[])"];
  if (part === "without_patient" && !people) conditions.push("false");
  const inMonths = [
    ...(months?.from ? [`month >= '${months.from}-01'`] : []),
    ...(months?.to ? [`month <= '${months.to}-01'`] : []),
  ].join(" AND ");
  if (part === "undated") conditions.push(months ? "month IS NULL" : "false");
  else if (months) {
    conditions.push(part === "taken" ? inMonths : `(month IS NULL OR (${inMonths}))`);
  }
  const where = conditions.join(" AND ");
  if (!people) {
    return `SELECT t.*, 0 AS below, cardinality(${peopleColumn}) AS upto FROM ${table} AS t WHERE ${where}`;
  }
  const of = part === "without_patient" ? "ranges_without_patient" : "ranges_taken";
  return `
    SELECT t.*, width_bucket(r.low - 1, t.people) AS below, width_bucket(r.high, t.people) AS upto
      FROM ${table} AS t JOIN ${of} AS r ON r.etl_job_id = t.etl_job_id WHERE ${where}`;
}

const typeSql = `CASE kind ${Object.entries(typeOfTable)
  .map(([table, type]) => `WHEN '${table}' THEN '${type}'`)
  .join(" ")} ELSE code END`;

/** Columns of roll-ups, taken from `roll_up_facts` or `roll_up_value_months` with places. */
const fromPlaces: Partial<Record<RollUpName, { table: string; columns: string; where: string }>> = {
  roll_up_types: {
    table: "roll_up_facts",
    columns: `etl_job_id, ${typeSql} AS resource_type, upto - below AS records`,
    where: "true",
  },
  roll_up_codes: {
    table: "roll_up_facts",
    columns: `etl_job_id, kind, code_system, code, display, upto - below AS records,
              patients[greatest(below, width_bucket(0, people)) + 1 : upto] AS patients`,
    where: "kind IN ('conditions', 'medication_requests')",
  },
  roll_up_encounters: {
    table: "roll_up_facts",
    columns: `etl_job_id, month, code AS class_code, upto - below AS records,
              month::timestamptz AS first_at, month::timestamptz AS last_at`,
    where: "kind = 'encounters'",
  },
  roll_up_observation_months: {
    table: "roll_up_facts",
    columns: "etl_job_id, month, month::timestamptz AS first_at, month::timestamptz AS last_at",
    where: "kind = 'observations' AND month IS NOT NULL",
  },
  roll_up_value_months: {
    table: "roll_up_value_months",
    columns: `etl_job_id, code_system, code, code_display, unit, month,
              values[below + 1 : upto] AS values`,
    where: "true",
  },
  roll_up_values: {
    table: "roll_up_value_months",
    columns: `etl_job_id, code_system, code, code_display, unit, upto - below AS records,
              values[below + 1 : upto] AS values,
              array_fill(1, ARRAY[upto - below]) AS counts`,
    where: "true",
  },
};

/**
 * The same of jobs that have roll-ups. Where months alone are asked for, what has months already tells more (the
 * first moment of one).
 */
function stored(name: RollUpName, filters: Filters, part: Part): string {
  const { select } = rollUps[name];
  if (!filters.people && (name === "roll_up_encounters" || name === "roll_up_observation_months")) {
    return `SELECT * FROM (${places(name, filters, part, "NULL::int[]")}) AS placed`;
  }
  const from = fromPlaces[name];
  if (!from) return select("$1", narrowTo(filters, part));
  const placed = places(from.table, filters, part);
  return `SELECT ${from.columns} FROM (${placed}) AS placed WHERE upto > below AND ${from.where}`;
}

/** One roll-up over what the filters take of the chosen jobs, for a FROM (see rolledUp). */
export function held(name: RollUpName, filters: Filters, part: Part = "taken"): string {
  if (!filters.people && !filters.months && part === "taken") return rolledUp(name);
  const { columns, select } = rollUps[name];
  return `(
    SELECT ${columns.join(", ")} FROM (${stored(name, filters, part)}) AS stored
    UNION ALL
    SELECT ${columns.join(", ")} FROM (${select("$2", narrowTo(filters, part))}) AS made
  )`;
}
