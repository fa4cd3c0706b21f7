import type { DataTable } from "@/lib/store/data-tables";
import { dateOf, type Narrow, patientNumber, type RollUpName, rollUps } from "@/lib/store/roll-ups";
import { typeOfFact } from "@/lib/store/write-people";
import type { Judged, Range } from "./judged";
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
          ? "NOT IN (SELECT patient FROM known_people)"
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

/** Uuids and numbers, which need no quoting, as one text that PostgreSQL reads at once. */
const list = (values: (string | number)[], type: string) => `'{${values.join(",")}}'::${type}[]`;

const inRanges = (ranges: Range[]) => `
    SELECT * FROM unnest(
      ${list(
        ranges.map(({ job }) => job),
        "uuid",
      )},
      ${list(
        ranges.map(({ low }) => low),
        "int",
      )},
      ${list(
        ranges.map(({ high }) => high),
        "int",
      )}
    ) AS r (etl_job_id, low, high)`;

/** The patients of those numbers, and those of jobs that are read row by row. */
const patientsOf = (ranges: Range[], plain: string[]) => `
    SELECT patient FROM roll_up_people AS p
      JOIN (${inRanges(ranges)}) AS r ON r.etl_job_id = p.etl_job_id AND p.no BETWEEN r.low AND r.high
    UNION ALL
    SELECT unnest(${list(plain, "bigint")})`;

/** A statement that may name `people`, the patients that were chosen, and `known_people`, all that there are. */
export function withPeople({ people }: Filters, sql: string): string {
  if (!people) return sql;
  const { taken, known, strangers, plain }: Judged = people;
  // None is made that the statement does not name.
  const own = `people AS MATERIALIZED (${patientsOf(taken, plain.taken)}
  ), known_people AS MATERIALIZED (${patientsOf(known, plain.known)}
  ), ranges_taken AS MATERIALIZED (${inRanges(taken)}
  ), ranges_without_patient AS MATERIALIZED (${inRanges(strangers)}
  )`;
  const begin = /^\s*WITH\b/;
  return begin.test(sql) ? sql.replace(begin, `WITH ${own},`) : `WITH ${own} ${sql}`;
}

/** The ranges of the people that a part is of; needs `withPeople`. */
export const rangesOf = (part: Part) =>
  part === "without_patient" ? "ranges_without_patient" : "ranges_taken";

/** For a WHERE: months that the filters take; "true" for all. */
function inMonths({ months }: Filters): string {
  const parts = [
    ...(months?.from ? [`month >= '${months.from}-01'`] : []),
    ...(months?.to ? [`month <= '${months.to}-01'`] : []),
  ];
  return parts.join(" AND ") || "true";
}

// How many of the ascending `people` come before a range, and up to its end. Looking into a long list costs;
// before the first person there is nobody.
const below = "CASE WHEN r.low > 0 THEN width_bucket(r.low - 1, t.people) ELSE 0 END";
const upto = "width_bucket(r.high, t.people)";

/** What of a stored table is in that part, with the places of the people that are meant: after `below`, up to `upto`. */
function places(table: string, filters: Filters, part: Part, peopleColumn = "people"): string {
  const { people, months } = filters;
  const conditions = ["t.etl_job_id = ANY($1::uuid[])"];
  if (part === "without_patient" && !people) conditions.push("false");
  if (part === "undated") conditions.push(months ? "month IS NULL" : "false");
  else if (months) {
    const taken = inMonths(filters);
    conditions.push(part === "taken" ? taken : `(month IS NULL OR (${taken}))`);
  }
  const where = conditions.join(" AND ");
  if (!people) {
    return `SELECT t.*, 0 AS below, cardinality(${peopleColumn}) AS upto FROM ${table} AS t WHERE ${where}`;
  }
  return `
    SELECT t.*, ${below} AS below, ${upto} AS upto
      FROM ${table} AS t JOIN ${rangesOf(part)} AS r ON r.etl_job_id = t.etl_job_id WHERE ${where}`;
}

/** Columns of roll-ups, taken from `roll_up_facts` or `roll_up_value_months` with places. */
const fromPlaces: Partial<Record<RollUpName, { table: string; columns: string; where: string }>> = {
  roll_up_types: {
    table: "roll_up_facts",
    columns: `etl_job_id, ${typeOfFact} AS resource_type, upto - below AS records`,
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

/** How many records people numbered up to `no` have, of a row of `roll_up_totals`. */
const totalUpTo = (no: string) =>
  `('x' || encode(substr(upto, 1 + 4 * (${no}), 4), 'hex'))::bit(32)::int`;

/** Counts by type, or of numbers by code and unit, of people in whatever months: a difference of two totals. */
function totals(name: "roll_up_types" | "roll_up_values", part: Part): string {
  const columns =
    name === "roll_up_types"
      ? "code AS resource_type"
      : "code_system, code, display AS code_display, unit";
  return `
    SELECT * FROM (
      SELECT t.etl_job_id, ${columns},
             ${totalUpTo("r.high")} - CASE WHEN r.low > 0 THEN ${totalUpTo("r.low - 1")} ELSE 0 END AS records
        FROM roll_up_totals AS t JOIN ${rangesOf(part)} AS r ON r.etl_job_id = t.etl_job_id
       WHERE t.etl_job_id = ANY($1::uuid[]) AND t.kind = '${name}'${part === "undated" ? " AND false" : ""}
    ) AS counted WHERE records > 0`;
}

/**
 * The same of jobs that have roll-ups. Where months alone are asked for, what has months already tells more (the
 * first moment of one).
 */
function stored(name: RollUpName, filters: Filters, part: Part, countsAlone: boolean): string {
  const { select } = rollUps[name];
  if (filters.people && !filters.months) {
    if (name === "roll_up_types") return totals(name, part);
    if (name === "roll_up_values" && countsAlone) return totals(name, part);
  }
  if (!filters.people && (name === "roll_up_encounters" || name === "roll_up_observation_months")) {
    return `SELECT * FROM (${places(name, filters, part, "NULL::int[]")}) AS placed`;
  }
  const from = fromPlaces[name];
  if (!from) return select("$1", narrowTo(filters, part));
  const placed = places(from.table, filters, part);
  return `SELECT ${from.columns} FROM (${placed}) AS placed WHERE upto > below AND ${from.where}`;
}

/**
 * `month`s of jobs with roll-ups, of which the first and the last are those in which the chosen people have an
 * Encounter or an Observation, for the FROM of a statement of its own: each end is looked for from outside, month by
 * month, and a distributed PostgreSQL does not take that beside its own tables.
 * @param isMonth what a month must meet, as SQL
 */
export function outerMonths(filters: Filters, isMonth: (column: string) => string): string {
  const outer = (kind: DataTable, direction: "ASC" | "DESC") => `
    SELECT found.month FROM unnest($1::uuid[]) AS j (id) CROSS JOIN LATERAL (
      SELECT t.month FROM roll_up_facts AS t
       WHERE t.etl_job_id = j.id AND t.kind = '${kind}' AND ${isMonth("t.month")} AND ${inMonths(filters)}
         AND (SELECT bool_or(${upto} > ${below}) FROM ranges_taken AS r WHERE r.etl_job_id = t.etl_job_id)
       ORDER BY t.month ${direction} LIMIT 1) AS found`;
  return (["encounters", "observations"] as const)
    .flatMap((kind) => [outer(kind, "ASC"), outer(kind, "DESC")])
    .join(" UNION ALL ");
}

/**
 * One roll-up over what the filters take of the chosen jobs, for a FROM (see rolledUp).
 * @param countsAlone of values how many there are and not which
 */
export function held(
  name: RollUpName,
  filters: Filters,
  part: Part = "taken",
  countsAlone = false,
): string {
  if (!filters.people && !filters.months && part === "taken") return rolledUp(name);
  const { columns, select } = rollUps[name];
  const shown = columns
    .filter((column) => !countsAlone || (column !== "values" && column !== "counts"))
    .join(", ");
  return `(
    SELECT ${shown} FROM (${stored(name, filters, part, countsAlone)}) AS stored
    UNION ALL
    SELECT ${shown} FROM (${select("$2", narrowTo(filters, part))}) AS made
  )`;
}
