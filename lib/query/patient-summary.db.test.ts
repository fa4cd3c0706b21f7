import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { PatientSummary } from "@/lib/contract/patient";
import { prepareJob } from "@/lib/load/prepare-job";
import { settleJob } from "@/lib/load/settle-job";
import { database } from "@/lib/store/client";
import { freshDatabase, removeJobs } from "@/lib/store/fresh-database";
import { patientJobList } from "./patient-jobs";
import { patientSummary } from "./patient-summary";
import { patientTrend } from "./patient-trend";

beforeAll(freshDatabase);
beforeEach(removeJobs);

const query = (sql: string, values: unknown[] = []) => database().pool.query(sql, values);

type Export = {
  at: string;
  group?: string;
  request?: Record<string, unknown>;
  stage?: string;
  purpose?: string;
  fill?: (jobId: string) => Promise<unknown>;
  deleted?: [type: string, id: string][];
  departed?: string[];
};

async function exported(options: Export): Promise<string> {
  const jobId = randomUUID();
  await query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, group_id, group_name, request,
                              created_by, stage, transaction_time, created_at, purpose)
     VALUES ($1, 'c', 'https://fhir.example', 'group', $2, $2, $3, 'test', $4, $5, $5, $6)`,
    [
      jobId,
      options.group ?? "g1",
      JSON.stringify({ resource_types: [], ...options.request }),
      options.stage ?? "done",
      options.at,
      options.purpose ?? null,
    ],
  );
  const fileId = randomUUID();
  await query(
    `INSERT INTO export_files (id, job_id, file_no, kind, url, state, lines, accepted)
     VALUES ($1, $2, 1, 'output', 'https://fhir.example/1', 'loaded', 1, 1)`,
    [fileId, jobId],
  );
  await prepareJob(jobId);
  await options.fill?.(jobId);
  for (const [no, [type, id]] of (options.deleted ?? []).entries()) {
    await query(
      `INSERT INTO deleted_resources (file_id, line_no, entry_no, job_id, resource_type, resource_id)
       VALUES ($1, 1, $2, $3, $4, $5)`,
      [fileId, no, jobId, type, id],
    );
  }
  for (const id of options.departed ?? []) {
    await query("INSERT INTO departed_members (job_id, patient_id) VALUES ($1, $2)", [jobId, id]);
  }
  if (options.stage !== "load") await settleJob(jobId);
  return jobId;
}

const condition = (jobId: string, patient: string, id: string, mark = id) =>
  query(
    `INSERT INTO conditions (etl_job_id, patient_id, id, file_no, line_no, code_display, clinical_status,
                             onset_at, resource)
     VALUES ($1, $2, $3, 1, 1, $4, 'active', '2025-01-01', '{}')`,
    [jobId, patient, id, mark],
  );
const claim = (jobId: string, patient: string, id: string) =>
  query(
    `INSERT INTO resources (etl_job_id, patient_id, id, resource_type, file_no, line_no, resource)
     VALUES ($1, $2, $3, 'Claim', 1, 1, '{}')`,
    [jobId, patient, id],
  );

/** Two thousand observations, four hundred encounters, three hundred conditions of each of two people. */
async function crowded(jobId: string) {
  for (const patient of ["ada", "bob"]) {
    await query(
      `INSERT INTO patients (etl_job_id, patient_id, id, file_no, line_no, family_name, gender,
                             birth_date, resource)
       VALUES ($1, $2, $2, 1, 1, 'Lovelace', 'female', '1950-02-03',
               '{"identifier":[{"type":{"text":"MRN"},"system":"https://h.example","value":"77"},{"x":1}]}')`,
      [jobId, patient],
    );
    await query(
      `INSERT INTO observations (etl_job_id, patient_id, id, file_no, line_no, code_system, code,
         code_display, category, status, effective_at, value_quantity, value_unit, resource)
       SELECT $1, $2, $2 || no, 1, no, 'http://loinc.org', 'c' || no % 7, 'Code ' || no % 7, 'laboratory',
              CASE WHEN no % 100 = 1 THEN 'entered-in-error' ELSE 'final' END,
              CASE WHEN no % 50 > 0 THEN timestamptz '2020-01-01Z' + no % 500 * interval '1 day' END,
              no % 91, CASE no % 2 WHEN 0 THEN 'mg/dL' END,
              '{"referenceRange":[{"low":{"value":3.5},"high":{"value":1e999}}]}'
         FROM generate_series(1, 2000) AS no`,
      [jobId, patient],
    );
    await query(
      `INSERT INTO observations (etl_job_id, patient_id, id, file_no, line_no, code_system, code,
         code_display, category, status, effective_at, component_systems, component_codes,
         component_displays, component_units, component_values, resource)
       SELECT $1, $2, $2 || 'bp' || no, 1, no, 'http://loinc.org', '85354-9', 'Blood pressure',
              'vital-signs', 'final', timestamptz '2020-01-01Z' + no * interval '1 day',
              ARRAY['http://loinc.org', 'http://loinc.org'], ARRAY['8462-4', '8480-6'],
              ARRAY['Diastolic', 'Systolic'], ARRAY['mmHg', 'mmHg'], ARRAY[70 + no % 20, 110 + no % 30], '{}'
         FROM generate_series(1, 90) AS no`,
      [jobId, patient],
    );
    await query(
      `INSERT INTO encounters (etl_job_id, patient_id, id, file_no, line_no, class_code, start_at, resource)
       SELECT $1, $2, $2 || no, 1, no, 'AMB', timestamptz '2020-01-01Z' + no * interval '1 day', '{}'
         FROM generate_series(1, 400) AS no`,
      [jobId, patient],
    );
    await query(
      `INSERT INTO conditions (etl_job_id, patient_id, id, file_no, line_no, clinical_status,
                               verification_status, onset_at, abatement_at, resource)
       SELECT $1, $2, $2 || no, 1, no,
              CASE no % 5 WHEN 0 THEN 'active' WHEN 1 THEN 'resolved' WHEN 2 THEN 'recurrence' END,
              CASE WHEN no % 30 = 0 THEN 'entered-in-error' ELSE 'confirmed' END,
              timestamptz '2020-01-01Z' + no * interval '1 day',
              CASE WHEN no % 4 = 0 THEN timestamptz '2024-01-01Z' END, '{}'
         FROM generate_series(1, 300) AS no`,
      [jobId, patient],
    );
    await query(
      `INSERT INTO resources (etl_job_id, patient_id, id, resource_type, file_no, line_no, occurred_at, resource)
       SELECT $1, $2, $2 || no, CASE no % 3 WHEN 0 THEN 'Procedure' ELSE 'DocumentReference' END, 1, no,
              timestamptz '2020-01-01Z' + no * interval '1 day',
              '{"encounter":{"reference":"https://h.example/Encounter/e1/_history/2"}}'
         FROM generate_series(1, 450) AS no`,
      [jobId, patient],
    );
  }
}

test("the page of somebody with very many records tells the totals that plain SQL tells, and shows the newest", async () => {
  const jobId = await exported({ at: "2026-01-01", fill: crowded });
  const found = await patientSummary("ada", { job: jobId });

  const counts = await query(
    `SELECT 'Observation' AS type, count(*)::int AS records FROM observations WHERE etl_job_id = $1 AND patient_id = 'ada'
     UNION ALL SELECT resource_type, count(*)::int FROM resources WHERE etl_job_id = $1 AND patient_id = 'ada' GROUP BY 1
     UNION ALL SELECT 'Encounter', 400 UNION ALL SELECT 'Condition', 300 UNION ALL SELECT 'Patient', 1
     ORDER BY 2 DESC, 1`,
    [jobId],
  );
  expect(found.counts).toEqual(counts.rows);
  expect((await patientJobList("ada")).jobs).toMatchObject([
    { job_id: jobId, records: counts.rows.reduce((sum, { records }) => sum + records, 0) },
  ]);
  expect(found.patient).toMatchObject({
    family_name: "Lovelace",
    birth_date: "1950-02-03",
    identifiers: [{ label: "MRN", system: "https://h.example", value: "77" }],
  });

  const newest = await query(
    `SELECT id FROM encounters WHERE etl_job_id = $1 AND patient_id = 'ada'
      ORDER BY start_at DESC LIMIT 200`,
    [jobId],
  );
  expect(found.encounters.total).toBe(400);
  expect(found.encounters.rows.map(({ id }) => id)).toEqual(newest.rows.map(({ id }) => id));
  expect(found.encounters.rows[0]?.start_at).toBe("2021-02-04T00:00:00.000Z");

  const active = await query(
    `SELECT count(*)::int AS n FROM conditions
      WHERE etl_job_id = $1 AND patient_id = 'ada' AND verification_status <> 'entered-in-error'
        AND (clinical_status IN ('active', 'recurrence') OR clinical_status IS NULL AND abatement_at IS NULL)`,
    [jobId],
  );
  expect(found.conditions.active.total).toBe(active.rows[0].n);
  expect(found.conditions.past.total).toBe(300 - active.rows[0].n);
  expect(found.resources.map(({ type, total, rows }) => [type, total, rows.length])).toEqual([
    ["DocumentReference", 300, 100],
    ["Procedure", 150, 100],
  ]);
  expect(found.resources[1]?.rows[0]).toMatchObject({ id: "ada450", encounter_id: "e1" });
});

test("each thing measured has its own line by code and unit, with the values of plain SQL; blood pressure has two", async () => {
  const jobId = await exported({ at: "2026-01-01", fill: crowded });
  const { measurements } = await patientSummary("ada", { job: jobId });
  const plain = await query(
    `SELECT code, value_unit AS unit, count(*)::int AS total,
            (array_agg(value_quantity ORDER BY effective_at DESC, id DESC))[1:60] AS newest
       FROM observations
      WHERE etl_job_id = $1 AND patient_id = 'ada' AND value_quantity IS NOT NULL
        AND effective_at IS NOT NULL AND status <> 'entered-in-error'
      GROUP BY 1, 2 ORDER BY 1, 2`,
    [jobId],
  );
  const key = (row: { code: string | null; unit: string | null }) => `${row.code} ${row.unit}`;
  const told = measurements
    .filter(({ code }) => code !== "85354-9")
    .map(({ code, unit, lines: [line] }) => ({
      code,
      unit,
      total: line?.total,
      newest: line?.points.map(([, value]) => value).reverse(),
    }));
  const byKey = (a: { code: string | null; unit: string | null }, b: typeof a) =>
    key(a) < key(b) ? -1 : 1;
  expect(told.sort(byKey)).toEqual(plain.rows.sort(byKey));
  // JSON's numbers go further than any: what is none is left out.
  expect(told.length).toBe(14);
  expect(measurements.find(({ code }) => code === "c1")?.range).toEqual({ low: 3.5, high: null });

  const pressure = measurements.find(({ code }) => code === "85354-9");
  expect(pressure).toMatchObject({ unit: "mmHg", last: { job_id: jobId, id: "adabp90" } });
  expect(
    pressure?.lines.map(({ display, total, points }) => [display, total, points.at(-1)]),
  ).toEqual([
    ["Systolic", 90, [Date.UTC(2020, 2, 31), 110]],
    ["Diastolic", 90, [Date.UTC(2020, 2, 31), 80]],
  ]);

  const trend = await patientTrend("ada", {
    job: jobId,
    code: "85354-9",
    code_system: "http://loinc.org",
    unit: "mmHg",
    limit: 70,
  });
  expect(trend.lines.map(({ display, total, rows }) => [display, total, rows.length])).toEqual([
    ["Systolic", 90, 70],
    ["Diastolic", 90, 70],
  ]);
  expect(trend.lines[1]?.rows[69]).toEqual({
    job_id: jobId,
    id: "adabp21",
    at: "2020-01-22T00:00:00.000Z",
    value: 71,
  });
});

/** What the views say is current of somebody in a group, and what the page shows of it. */
async function bothOf(patient: string, group = "g1") {
  const { rows } = await query(
    `SELECT 'Condition' AS type, id, etl_job_id FROM current_conditions WHERE patient_id = $1 AND group_id = $2
     UNION ALL SELECT resource_type, id, etl_job_id FROM current_resources WHERE patient_id = $1 AND group_id = $2`,
    [patient, group],
  );
  const page = await patientSummary(patient, {}).catch(() => null);
  return { view: rows.map(textOf).sort(), page: page ? shownBy(page) : [] };
}
const textOf = (row: { type: string; id: string; etl_job_id: string }) =>
  `${row.type} ${row.id} ${row.etl_job_id}`;
const shownBy = ({ conditions, resources }: PatientSummary) =>
  [
    ...[...conditions.active.rows, ...conditions.past.rows].map((row) => ({
      ...row,
      type: "Condition",
    })),
    ...resources.flatMap(({ rows }) => rows),
  ]
    .map((row) => textOf({ ...row, etl_job_id: row.job_id }))
    .sort();

test("somebody's current state is what the database's views say, over whole exports, changes, deletions and moves", async () => {
  const since = { since: "2026-01-01" };
  await exported({
    at: "2025-12-01",
    fill: async (job) => {
      await condition(job, "ada", "long-gone");
      await claim(job, "ada", "c0");
    },
  });
  await exported({
    at: "2026-01-01",
    fill: async (job) => {
      for (const id of ["a", "b", "c", "moved", "came-back"]) await condition(job, "ada", id);
      for (const id of ["c1", "c2"]) await claim(job, "ada", id);
      await condition(job, "bob", "to-ada");
    },
  });
  expect(await bothOf("ada")).toMatchObject({ view: { length: 7 } });
  await exported({
    at: "2026-02-01",
    request: since,
    deleted: [
      ["Condition", "b"],
      ["Claim", "c2"],
      ["Condition", "came-back"],
    ],
    fill: async (job) => {
      await condition(job, "ada", "a", "newer");
      await condition(job, "bob", "moved");
      await condition(job, "ada", "to-ada");
    },
  });
  await exported({
    at: "2026-03-01",
    request: since,
    fill: (job) => condition(job, "ada", "came-back"),
  });
  for (const patient of ["ada", "bob"]) {
    const { view, page } = await bothOf(patient);
    expect(page).toEqual(view);
    expect(view.length).toBe(patient === "ada" ? 5 : 1);
  }
  // A whole export of one type ends the older ones of that type alone.
  await exported({
    at: "2026-04-01",
    request: { resource_types: ["Claim"] },
    fill: (job) => claim(job, "ada", "c3"),
  });
  const after = await bothOf("ada");
  expect(after.page).toEqual(after.view);
  expect(after.view.filter((text) => text.startsWith("Claim")).length).toBe(1);
  await exported({ at: "2026-05-01", request: since, purpose: "changes", departed: ["ada"] });
  expect(await bothOf("ada")).toEqual({ view: [], page: [] });
  await exported({ at: "2026-06-01", request: since, fill: (job) => condition(job, "ada", "a") });
  const back = await bothOf("ada");
  expect(back.page).toEqual(back.view);
  expect(back.view.length).toBe(1);
});

test("a job shows what it brought, other groups stay apart, and a list of members that loads is nobody's data", async () => {
  const whole = await exported({
    at: "2026-01-01",
    fill: async (job) => {
      await condition(job, "ada", "a");
      await condition(job, "ada", "b");
    },
  });
  const changes = await exported({
    at: "2026-02-01",
    request: { since: "2026-01-01" },
    fill: (job) => condition(job, "ada", "a", "newer"),
  });
  const elsewhere = await exported({
    at: "2026-01-15",
    group: "g2",
    fill: (job) => condition(job, "ada", "z"),
  });
  await exported({
    at: "2026-03-01",
    stage: "load",
    purpose: "members",
    fill: (job) => condition(job, "ada", "half"),
  });
  const ids = (summary: PatientSummary) =>
    summary.conditions.active.rows.map(({ id }) => id).sort();
  const first = await patientSummary("ada", {});
  expect(first.shown).toEqual({ state: "current", job_id: changes });
  expect(ids(first)).toEqual(["a", "b"]);
  const { jobs } = await patientJobList("ada");
  expect(jobs.map(({ job_id, source_no, records }) => [job_id, source_no, records])).toEqual([
    [changes, 0, 1],
    [elsewhere, 1, 1],
    [whole, 0, 2],
  ]);
  expect(ids(await patientSummary("ada", { job: changes }))).toEqual(["a"]);
  expect(ids(await patientSummary("ada", { job: whole, state: "current" }))).toEqual(["a", "b"]);
  expect(ids(await patientSummary("ada", { job: elsewhere, state: "current" }))).toEqual(["z"]);
  await expect(patientSummary("nobody", {})).rejects.toMatchObject({ code: "not-found" });
  await expect(patientSummary("ada", { job: randomUUID() })).rejects.toMatchObject({
    code: "not-found",
  });
});

test("what words tell stands once for each code, and documents come with what became of them", async () => {
  const jobId = await exported({
    at: "2026-01-01",
    fill: async (job) => {
      for (const [id, words, at] of [
        ["s1", "Smoker", "2020-01-01"],
        ["s2", "Former smoker", "2024-01-01"],
      ]) {
        await query(
          `INSERT INTO observations (etl_job_id, patient_id, id, file_no, line_no, code, code_display,
                                     effective_at, value_text, resource)
           VALUES ($1, 'ada', $2, 1, 1, '72166-2', 'Tobacco smoking status', $3, $4, '{}')`,
          [job, id, at, words],
        );
      }
      await query(
        `INSERT INTO resources (etl_job_id, patient_id, id, resource_type, file_no, line_no, resource)
         VALUES ($1, 'ada', 'd1', 'DocumentReference', 1, 1, '{}'), ($1, 'bob', 'd2', 'DocumentReference', 1, 2, '{}')`,
        [job],
      );
      await query(
        `INSERT INTO export_attachments (job_id, resource_type, resource_id, patient_id, place, url,
                                         content_type, state, size_bytes)
         SELECT $1, 'DocumentReference', d, 'ada', n, 'https://fhir.example/Binary/1', 'text/plain', 'downloaded', 12
           FROM unnest(ARRAY['d1', 'd2']) AS d, generate_series(0, 1) AS n`,
        [job],
      );
    },
  });
  const found = await patientSummary("ada", { job: jobId });
  expect(found.findings).toMatchObject([
    { id: "s2", value_text: "Former smoker", total: 2, effective_at: "2024-01-01T00:00:00.000Z" },
  ]);
  expect(found.attachments).toMatchObject({
    total: 2,
    rows: [{ id: "d1", place: 0 }, { place: 1 }],
  });
});
