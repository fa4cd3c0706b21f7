import type { PoolClient } from "pg";
import { type DataTable, dataTables, typeOfTable } from "./data-tables";
import { numericObservations } from "./numeric-observations";
import { dateOf, month, ofJobs, patientNumber } from "./roll-ups";

/**
 * Whoever resources of the jobs are of. Their numbers follow sex, death and birth, so that those of one sex and
 * age are few ranges of numbers; whoever has no Patient there comes last.
 */
const people = (jobs: string) => {
  const number = patientNumber("patient_id");
  const referring = dataTables.filter((table) => table !== "patients");
  return `
  SELECT etl_job_id, patient FROM (
    SELECT etl_job_id, ${number} AS patient, 0 AS part, gender, deceased_at IS NOT NULL AS dead,
           CASE WHEN deceased_at IS NOT NULL THEN deceased_at::date - birth_date END AS days, birth_date
      FROM patients WHERE ${ofJobs(jobs)}
    UNION ALL
    SELECT etl_job_id, patient, 1, NULL, NULL, NULL, NULL FROM (
      SELECT etl_job_id, ${number} AS patient FROM (
        ${referring.map((table) => `SELECT etl_job_id, patient_id FROM ${table} WHERE ${ofJobs(jobs)} GROUP BY 1, 2`).join(" UNION ALL ")}
      ) AS referred WHERE patient_id <> ''
      EXCEPT
      SELECT etl_job_id, ${number} FROM patients WHERE ${ofJobs(jobs)}
    ) AS strangers
  ) AS everybody
  ORDER BY part, gender, dead, days, birth_date`;
};

/**
 * Rows of a FROM with `person`: the patient's number in `roll_up_people`, 0 where there is none. In its order,
 * which one PostgreSQL keeps while it groups them by hash.
 */
const withPerson = (jobs: string, from: string) => `(
  WITH known AS MATERIALIZED (SELECT patient, no FROM roll_up_people WHERE ${ofJobs(jobs)})
  SELECT found.*, COALESCE(known.no, 0) AS person
    FROM ${from} AS found LEFT JOIN known ON known.patient = ${patientNumber("found.patient_id")}
   ORDER BY person
)`;

/** Sorted by whoever aggregates: rows of several nodes come as they come. */
type InOrder = "" | " ORDER BY person";

const facts = (jobs: string, inOrder: InOrder) => {
  const dated = (table: DataTable) => {
    const date = dateOf[table];
    return date ? month(date) : "NULL::date";
  };
  const read = (table: DataTable, [system, code, display]: [string, string, string]) => `
    SELECT etl_job_id, kind, code_system, code, display, month, array_agg(person${inOrder}) AS people,
           ${/^(conditions|medication)/.test(table) ? `array_agg(${patientNumber("patient_id")}${inOrder})` : "NULL::bigint[]"} AS patients
      FROM ${withPerson(
        jobs,
        `(SELECT etl_job_id, patient_id, '${table}' AS kind, ${system} AS code_system, ${code} AS code,
                 ${display} AS display, ${dated(table)} AS month FROM ${table} WHERE ${ofJobs(jobs)})`,
      )} AS in_order
     GROUP BY 1, 2, 3, 4, 5, 6`;
  const none = "NULL::text";
  return [
    read("patients", [none, none, none]),
    read("conditions", ["code_system", "code", "code_display"]),
    read("medication_requests", ["medication_system", "medication_code", "medication_display"]),
    read("encounters", [none, "class_code", none]),
    read("observations", [none, none, none]),
    read("resources", [none, "resource_type", none]),
  ].join(" UNION ALL ");
};

/** The resource type of a row of `roll_up_facts`. */
export const typeOfFact = `CASE kind ${Object.entries(typeOfTable)
  .map(([table, type]) => `WHEN '${table}' THEN '${type}'`)
  .join(" ")} ELSE code END`;

const valueMonthsOfPeople = (jobs: string, inOrder: InOrder) => `
  SELECT etl_job_id, code_system, code, code_display, unit, ${month("effective_at")} AS month,
         array_agg(value${inOrder}) AS values, array_agg(person${inOrder}) AS people
    FROM ${withPerson(jobs, `(SELECT * FROM (${numericObservations(jobs)}) AS numbers WHERE code IS NOT NULL)`)} AS in_order
   GROUP BY 1, 2, 3, 4, 5, 6`;

/** Of the two tables above, so that no row is read again. */
const totals = (jobs: string) => `
  WITH listed AS MATERIALIZED (
    SELECT etl_job_id, 'roll_up_types' AS kind, NULL::text AS code_system, ${typeOfFact} AS code,
           NULL::text AS display, NULL::text AS unit, array_agg(person ORDER BY person) AS people
      FROM roll_up_facts CROSS JOIN LATERAL unnest(people) AS person
     WHERE ${ofJobs(jobs)} GROUP BY 1, 2, 3, 4, 5, 6
    UNION ALL
    SELECT etl_job_id, 'roll_up_values', code_system, code, code_display, unit,
           array_agg(person ORDER BY person)
      FROM roll_up_value_months CROSS JOIN LATERAL unnest(people) AS person
     WHERE ${ofJobs(jobs)} GROUP BY 1, 2, 3, 4, 5, 6
  )
  SELECT etl_job_id, kind, code_system, code, display, unit,
         (SELECT string_agg(int4send(width_bucket(person, people)), '' ORDER BY person)
            FROM generate_series(0, (SELECT count(*)::int FROM roll_up_people WHERE ${ofJobs(jobs)})) AS person) AS upto
    FROM listed`;

/** What `writePeople` fills beside `roll_up_value_months`. */
export const peopleTables = ["roll_up_people", "roll_up_facts", "roll_up_totals"] as const;

/**
 * Makes what charts of some sexes, ages or months read of a job that has roll-ups: who its people are, whose its
 * resources are, and whose its numbers. Not while a job is settled, which would have to wait: it costs some 10 µs of
 * CPU a resource. Call it inside a transaction that holds the job's lock.
 */
export async function writePeople(client: PoolClient, jobId: string): Promise<void> {
  for (const name of [...peopleTables, "roll_up_value_months"]) {
    await client.query(`DELETE FROM ${name} WHERE etl_job_id = $1`, [jobId]);
  }
  const { rows } = await client.query<{ distributed: boolean }>(
    "SELECT to_regclass('pg_dist_partition') IS NOT NULL AS distributed",
  );
  const inOrder: InOrder = rows[0]?.distributed ? " ORDER BY person" : "";
  // Groups are found by hash, which also keeps what is in order in order.
  await client.query("SET LOCAL enable_sort = off");
  const made: [table: string, columns: string, sql: string][] = [
    ["roll_up_people", "etl_job_id, patient", people("$1")],
    [
      "roll_up_facts",
      "etl_job_id, kind, code_system, code, display, month, people, patients",
      facts("$1", inOrder),
    ],
    [
      "roll_up_value_months",
      "etl_job_id, code_system, code, code_display, unit, month, values, people",
      valueMonthsOfPeople("$1", inOrder),
    ],
    ["roll_up_totals", "etl_job_id, kind, code_system, code, display, unit, upto", totals("$1")],
  ];
  for (const [table, columns, sql] of made) {
    await client.query(
      `INSERT INTO ${table} (no, ${columns})
       SELECT row_number() OVER (), ${columns} FROM (${sql}) AS made`,
      [[jobId]],
    );
  }
  await client.query("UPDATE roll_up_jobs SET people = true WHERE etl_job_id = $1", [jobId]);
}
