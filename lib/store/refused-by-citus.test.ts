import { expect, test } from "vitest";
import { refusedByCitus } from "./refused-by-citus";

test.each([
  [
    "UPDATE export_files AS f SET accepted = n.rows FROM (SELECT file_no, count(*) AS rows FROM patients GROUP BY 1) AS n WHERE n.file_no = f.file_no",
    /plain table/,
  ],
  [
    `SELECT found.id FROM export_jobs AS j CROSS JOIN LATERAL (
       SELECT id FROM observations WHERE etl_job_id = j.id ORDER BY id LIMIT $1) AS found`,
    /LATERAL/,
  ],
  [
    `SELECT v FROM observations CROSS JOIN LATERAL (SELECT resource->'a' AS v OFFSET 0) AS part`,
    /LATERAL/,
  ],
  ["SELECT 1 FROM patients WHERE id = $1 FOR UPDATE", /locked/],
  ["SELECT code, count(*) FROM conditions GROUP BY ROLLUP (code)", /grouping sets/],
  ["WITH gone AS (DELETE FROM patients RETURNING id) SELECT count(*) FROM gone", /modifying/],
  ["UPDATE observations SET (a, b) = (SELECT 1, 2)", /SET \(a, b\)/],
  ["UPDATE patients SET city = random()::text", /volatile/],
  ["CREATE TRIGGER t AFTER INSERT ON patients EXECUTE FUNCTION f()", /triggers/],
  ["CREATE UNIQUE INDEX ON patients (etl_job_id, id)", /without patient_id/],
  ["ALTER TABLE patients ALTER COLUMN city SET STATISTICS 0", /SET STATISTICS/],
  ['ALTER TABLE "patients" ADD COLUMN "no" bigint UNIQUE', /ADD COLUMN/],
  ["ALTER TABLE patients ADD COLUMN a text, ADD CONSTRAINT c CHECK (a <> '')", /ADD CONSTRAINT/],
  [
    "SELECT id, (SELECT stage FROM export_jobs AS j WHERE j.id = p.etl_job_id) FROM patients AS p",
    /outside FROM, WHERE/,
  ],
  [
    "SELECT id FROM patients WHERE NOT EXISTS (SELECT 1 FROM held AS h WHERE h.id = patients.id)",
    /the other way round/,
  ],
  [
    "INSERT INTO departed_members SELECT h.id FROM held AS h WHERE NOT EXISTS (SELECT 1 FROM patients AS p WHERE p.id = h.id)",
    /into a data table/,
  ],
  [
    "INSERT INTO roll_up_facts SELECT array_agg(person) FROM (SELECT * FROM observations ORDER BY person) AS x GROUP BY code",
    /keeps no order/,
  ],
])("%s is refused", (sql, reason) => {
  expect(refusedByCitus(sql)).toMatch(reason);
});

test.each([
  "SELECT * FROM export_jobs WHERE id = $1 FOR UPDATE SKIP LOCKED",
  "UPDATE export_files SET lines = lines + $1 WHERE id = $2",
  "DELETE FROM patients WHERE etl_job_id = $1 AND patient_id = $2 AND id = $3",
  "SELECT number FROM observations CROSS JOIN LATERAL unnest(component_values) AS number LIMIT 10",
  "INSERT INTO roll_up_types (no, records) SELECT row_number() OVER (), n FROM (SELECT count(*) AS n FROM patients) AS made",
  'ALTER TABLE "observations" ADD COLUMN "a" TEXT[], ADD COLUMN "b" DOUBLE PRECISION',
  "ALTER TABLE patients ADD CONSTRAINT born CHECK (birth_date > '1800-01-01')",
  "CREATE UNIQUE INDEX ON patients (etl_job_id, patient_id, line_no)",
  "CREATE INDEX ON observations (etl_job_id, code)",
  "SELECT id FROM patients WHERE etl_job_id = $1 AND id IN (SELECT id FROM patients GROUP BY id HAVING count(*) > 1)",
  "SELECT id FROM export_jobs WHERE id IN (SELECT etl_job_id FROM patients)",
  "SELECT found.at FROM export_jobs AS j CROSS JOIN LATERAL (SELECT at FROM export_events AS e WHERE e.job_id = j.id LIMIT 1) AS found UNION ALL SELECT start_at FROM encounters",
  "SELECT count(*) FROM (SELECT id FROM patients WHERE etl_job_id = $1) AS found",
  "SELECT array_agg(person ORDER BY person) FROM (SELECT * FROM observations ORDER BY person) AS x GROUP BY code",
  "CREATE TEMPORARY TABLE listed ON COMMIT DROP AS SELECT id FROM patients WHERE etl_job_id = $1",
])("%s is not", (sql) => {
  expect(refusedByCitus(sql)).toBeUndefined();
});
