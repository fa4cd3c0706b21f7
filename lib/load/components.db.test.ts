import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { numericObservations } from "@/lib/store/numeric-observations";
import { loadFile } from "./load-file";
import { prepareJob } from "./prepare-job";

const concept = (code: string, display?: string) => ({
  text: "Words",
  coding: [{ system: "urn:s", code, display }, { code: "second" }],
});
const quantity = (value: number, unit?: string) => ({ value, unit, code: "[code]" });
const numbers = ["1e400", "-1E+200000", "1e-200000", "-1e-400", "1e0200000", "9".repeat(200_000)];

/** Panels as they should be, and as no server should send them. */
const panels = [
  ...[1, 2, 3].map((n) => [
    { code: concept("sys", "Systolic"), valueQuantity: quantity(100 + n / 7, "mmHg") },
    { code: concept("dia"), valueQuantity: quantity(60 + n) },
    { code: { coding: [{ code: "'é\"{},\\" }] }, valueQuantity: { value: 0 } },
    { code: concept("text"), valueString: "x" },
  ]),
  "text",
  [null, 1, { code: "x" }, { code: { coding: "y" }, valueQuantity: [] }],
  [{ code: concept("odd"), valueQuantity: { value: "12" } }],
  [{ code: concept(""), valueQuantity: quantity(1) }],
  { code: concept("odd"), valueQuantity: quantity(1) },
  [],
].map((component) => JSON.stringify(component));
const readable = panels.length;
for (const number of numbers) {
  panels.push(`[{"code":${JSON.stringify(concept("odd"))},"valueQuantity":{"value":${number}}}]`);
}

let jobId = "";

beforeAll(async () => {
  await freshDatabase();
  jobId = randomUUID();
  const { pool } = database();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'group', '{}', 'test', 'load')`,
    [jobId],
  );
  await prepareJob(jobId);
  const lines = panels.flatMap((component, no) => [
    `{"resourceType":"Observation","id":"p${no}","component":${component}}`,
    `{"resourceType":"Observation","id":"v${no}","valueString":"x","component":${component}}`,
    `{"resourceType":"Observation","id":"e${no}","status":"entered-in-error","component":${component}}`,
    `{"resourceType":"Observation","id":"q${no}","valueQuantity":{"value":${no}}}`,
  ]);
  const file = path.join(mkdtempSync(path.join(tmpdir(), "components-")), "Observation.ndjson");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const fileId = randomUUID();
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by)
     VALUES ($1, $2, 1, 'output', 'Observation', 'https://fhir.example/f', 'downloaded', 'me')`,
    [fileId, jobId],
  );
  const loaded = await loadFile({
    jobId,
    fileId,
    fileNo: 1,
    kind: "output",
    resourceType: "Observation",
    path: file,
    leaseHolder: "me",
  });
  expect(loaded).toMatchObject({ lines: lines.length, rejected: 0 });
});

/** The columns of every row, in the rows' order. */
const components = async () =>
  (
    await database().pool.query(
      `SELECT id, component_systems, component_codes, component_displays, component_units,
              component_values
         FROM observations WHERE etl_job_id = $1 ORDER BY id`,
      [jobId],
    )
  ).rows;

test("the numbers of panels are those that plain SQL reads out of the resource", async () => {
  const { rows: plain } = await database().pool.query(
    `SELECT COALESCE(value_quantity, number) AS value, component_code AS code
       FROM observations
       LEFT JOIN LATERAL (
         SELECT component->'code'->'coding'->0->>'code' AS component_code,
                (component->'valueQuantity'->>'value')::float8 AS number
           FROM json_array_elements(
             CASE WHEN json_typeof(resource->'component') = 'array' AND id IN ('p0', 'p1', 'p2')
                  THEN resource->'component' ELSE '[]' END) AS component
          WHERE component->'valueQuantity' IS NOT NULL
       ) AS parts ON value_quantity IS NULL AND value_text IS NULL
      WHERE etl_job_id = $1 AND status IS DISTINCT FROM 'entered-in-error'
        AND COALESCE(value_quantity, number) IS NOT NULL
      ORDER BY 1, 2`,
    [jobId],
  );
  const { rows } = await database().pool.query(
    `SELECT value, code FROM (${numericObservations("$1")}) AS numbers
      WHERE code IS DISTINCT FROM 'odd' ORDER BY 1, 2`,
    [[jobId]],
  );
  expect(rows).toEqual(plain);
  expect(rows.filter(({ code }) => code !== null)).toHaveLength(9);
});

test("rows that were loaded before the columns came get the same components", async () => {
  const loaded = await components();
  expect(loaded.filter((row) => row.component_codes !== null).length).toBeGreaterThan(8);
  const { pool } = database();
  await pool.query(
    `UPDATE observations SET component_systems = NULL, component_codes = NULL,
            component_displays = NULL, component_units = NULL, component_values = NULL`,
  );
  const sql = await readFile("prisma/migrations/0002_observation_components/migration.sql", "utf8");
  await pool.query(sql.slice(sql.indexOf('UPDATE "observations"')));
  // A number of 200,000 digits need not be the same, but must not stop the migration.
  const known = (rows: typeof loaded) => rows.filter(({ id }) => Number(id.slice(1)) < readable);
  expect(known(await components())).toEqual(known(loaded));
});
