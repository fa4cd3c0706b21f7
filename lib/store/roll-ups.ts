import { type DataTable, typeOfTable } from "./data-tables";
import { numericObservations } from "./numeric-observations";

/** The first day of a time's month, in UTC. */
export const month = (column: string) => `date_trunc('month', ${column} AT TIME ZONE 'UTC')::date`;

/** What rows of a table must meet beside their job, as SQL that begins with " AND"; '' for all rows. */
export type Narrow = (table: DataTable) => string;

const all: Narrow = () => "";

/** When what a row tells happened; null: the type has no date. */
export const dateOf: Record<DataTable, string | null> = {
  patients: null,
  conditions: "COALESCE(onset_at, recorded_at)",
  observations: "effective_at",
  medication_requests: "authored_at",
  encounters: "start_at",
  resources: "occurred_at",
};

/**
 * A patient as a number, to tell patients apart many times faster than by their ids. Two of a million
 * would share one in one database of thirty million.
 */
export const patientNumber = (id: string) => `hashtextextended(${id}, 0)`;

/** A condition of SQL: rows of these jobs (`jobs` is a parameter of type uuid[], "$1"). */
export const ofJobs = (jobs: string) => `etl_job_id = ANY(${jobs}::uuid[])`;

const codes =
  (table: DataTable, names: { system: string; code: string; display: string }) =>
  (jobs: string, narrow: Narrow) =>
    `
    SELECT etl_job_id, '${table}' AS kind, ${names.system} AS code_system, ${names.code} AS code,
           ${names.display} AS display, sum(records)::int AS records,
           COALESCE(array_agg(${patientNumber("patient_id")}) FILTER (WHERE patient_id <> ''), '{}')
             AS patients
      FROM (
        SELECT etl_job_id, ${names.system}, ${names.code}, ${names.display}, patient_id,
               count(*) AS records
          FROM ${table} WHERE ${ofJobs(jobs)}${narrow(table)} GROUP BY 1, 2, 3, 4, 5
      ) AS of_patients
     GROUP BY 1, 2, 3, 4, 5`;

const conditionCodes = codes("conditions", {
  system: "code_system",
  code: "code",
  display: "code_display",
});
const medicationCodes = codes("medication_requests", {
  system: "medication_system",
  code: "medication_code",
  display: "medication_display",
});

/** The two columns of each table that a search looks into (names apart: see below). */
const searched: Record<Exclude<DataTable, "patients">, [code: string, display: string]> = {
  conditions: ["code", "code_display"],
  observations: ["code", "code_display"],
  medication_requests: ["medication_code", "medication_display"],
  encounters: ["class_code", "type_display"],
  resources: ["code", "code_display"],
};

const words = (jobs: string) => `
  ${Object.entries(searched)
    .map(([table, [code, display]]) => {
      const type =
        table === "resources"
          ? "resource_type"
          : `'${typeOfTable[table as keyof typeof typeOfTable]}'`;
      return `
    SELECT etl_job_id, ${type} AS resource_type, ${code} AS code, ${display} AS display,
           count(*)::int AS records
      FROM ${table} WHERE ${ofJobs(jobs)} GROUP BY 1, 2, 3, 4`;
    })
    .join(" UNION ALL ")}
  UNION ALL
  SELECT etl_job_id, 'Patient', family_name, NULL, count(*)::int
    FROM patients WHERE ${ofJobs(jobs)} GROUP BY 1, 3
  UNION ALL
  SELECT etl_job_id, 'Patient', NULL, given_name, count(*)::int
    FROM patients WHERE ${ofJobs(jobs)} AND given_name IS NOT NULL GROUP BY 1, 4`;

const valueMonths = (jobs: string, narrow: Narrow = all) => `
  SELECT etl_job_id, code_system, code, code_display, unit, ${month("effective_at")} AS month,
         array_agg(value) AS values
    FROM (${numericObservations(jobs, narrow("observations"))}) AS numbers
   WHERE code IS NOT NULL
   GROUP BY 1, 2, 3, 4, 5, 6`;

/** How many of each value by year, of months. */
const valueYears = (months: string) => `
  SELECT etl_job_id, code_system, code, code_display, unit, year, sum(times)::int AS records,
         array_agg(value) AS values, array_agg(times) AS counts
    FROM (
      SELECT etl_job_id, code_system, code, code_display, unit,
             date_trunc('year', month::timestamp)::date AS year, value, count(*)::int AS times
        FROM ${months} CROSS JOIN LATERAL unnest(values) AS value
       GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) AS counted
   GROUP BY 1, 2, 3, 4, 5, 6`;

/** How many of each value, of years. */
const valueCounts = (years: string) => `
  SELECT etl_job_id, code_system, code, code_display, unit, sum(times)::int AS records,
         array_agg(value) AS values, array_agg(times) AS counts
    FROM (
      SELECT etl_job_id, code_system, code, code_display, unit, value, sum(times)::int AS times
        FROM ${years} CROSS JOIN LATERAL unnest(values, counts) AS each (value, times)
       GROUP BY 1, 2, 3, 4, 5, 6
    ) AS counted
   GROUP BY 1, 2, 3, 4, 5`;

const yearsOf = (jobs: string, narrow?: Narrow) =>
  valueYears(`(${valueMonths(jobs, narrow)}) AS months`);

export type RollUp = {
  columns: readonly string[];
  /**
   * The statement that makes it from the data of the jobs, of those rows alone that `narrow` takes (but for words
   * and patients); `jobs` is the parameter that holds ids.
   */
  select: (jobs: string, narrow?: Narrow) => string;
  /** The same from roll-ups that stand before it in the list, where that is less work. */
  selectFromRolledUp?: (jobs: string) => string;
};

/**
 * What the charts read in place of the rows: small tables a job, added up over the jobs that are chosen.
 * None holds a figure that could not be put together from several jobs (a median, a distinct count):
 * it holds what such a figure is made of. Each is defined by the statement that makes it, which a chart
 * runs for jobs that have none yet, so there is one rule and not two.
 */
export const rollUps = {
  /** what a search can find; every row of a type once, but for given names, which are beside it */
  roll_up_words: {
    columns: ["etl_job_id", "resource_type", "code", "display", "records"],
    select: words,
  },
  roll_up_types: {
    columns: ["etl_job_id", "resource_type", "records"],
    select: (jobs, narrow = all) => `
      ${Object.entries(typeOfTable)
        .map(
          ([table, type]) => `
            SELECT etl_job_id, '${type}' AS resource_type, count(*) AS records
              FROM ${table} WHERE ${ofJobs(jobs)}${narrow(table as DataTable)} GROUP BY 1`,
        )
        .join(" UNION ALL ")}
      UNION ALL
      SELECT etl_job_id, resource_type, count(*)
        FROM resources WHERE ${ofJobs(jobs)}${narrow("resources")} GROUP BY 1, 2`,
    selectFromRolledUp: (jobs) => `
      SELECT etl_job_id, resource_type, sum(records) AS records FROM roll_up_words
       WHERE ${ofJobs(jobs)} AND (resource_type <> 'Patient' OR display IS NULL) GROUP BY 1, 2`,
  },
  roll_up_patients: {
    columns: [
      "etl_job_id",
      "patient",
      "gender",
      "birth_date",
      "deceased",
      "deceased_at",
      "last_updated",
    ],
    select: (jobs) => `
      SELECT etl_job_id, ${patientNumber("id")} AS patient, gender, birth_date, deceased,
             deceased_at, last_updated
        FROM patients WHERE ${ofJobs(jobs)}`,
  },
  roll_up_codes: {
    columns: ["etl_job_id", "kind", "code_system", "code", "display", "records", "patients"],
    select: (jobs, narrow = all) =>
      `${conditionCodes(jobs, narrow)} UNION ALL ${medicationCodes(jobs, narrow)}`,
  },
  roll_up_encounters: {
    columns: ["etl_job_id", "month", "class_code", "records", "first_at", "last_at"],
    select: (jobs, narrow = all) => `
      SELECT etl_job_id, ${month("start_at")} AS month, class_code, count(*)::int AS records,
             min(start_at) AS first_at, max(start_at) AS last_at
        FROM encounters WHERE ${ofJobs(jobs)}${narrow("encounters")} GROUP BY 1, 2, 3`,
  },
  /** of all Observations, numeric or not */
  roll_up_observation_months: {
    columns: ["etl_job_id", "month", "first_at", "last_at"],
    select: (jobs, narrow = all) => `
      SELECT etl_job_id, ${month("effective_at")} AS month,
             min(effective_at) AS first_at, max(effective_at) AS last_at
        FROM observations
       WHERE ${ofJobs(jobs)} AND effective_at IS NOT NULL${narrow("observations")} GROUP BY 1, 2`,
  },
  /** every value, by code, unit and month (null: undated) */
  roll_up_value_months: {
    columns: ["etl_job_id", "code_system", "code", "code_display", "unit", "month", "values"],
    select: valueMonths,
  },
  /** every different value of a code and unit in a year (null: undated), and how often it is there */
  roll_up_value_years: {
    columns: [
      "etl_job_id",
      "code_system",
      "code",
      "code_display",
      "unit",
      "year",
      "records",
      "values",
      "counts",
    ],
    select: yearsOf,
    selectFromRolledUp: (jobs) =>
      valueYears(`(SELECT * FROM roll_up_value_months WHERE ${ofJobs(jobs)}) AS months`),
  },
  /** the same of all years */
  roll_up_values: {
    columns: [
      "etl_job_id",
      "code_system",
      "code",
      "code_display",
      "unit",
      "records",
      "values",
      "counts",
    ],
    select: (jobs, narrow = all) => valueCounts(`(${yearsOf(jobs, narrow)}) AS years`),
    selectFromRolledUp: (jobs) =>
      valueCounts(`(SELECT * FROM roll_up_value_years WHERE ${ofJobs(jobs)}) AS years`),
  },
} as const satisfies Record<string, RollUp>;

export type RollUpName = keyof typeof rollUps;

/** Roll-ups in the order in which they are made. */
export const rollUpNames = Object.keys(rollUps) as RollUpName[];
