import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { database } from "@/lib/store/client";
import { dataTables } from "@/lib/store/data-tables";
import { freshDatabase } from "@/lib/store/fresh-database";
import { LeaseLost } from "@/lib/store/lease-lost";
import { dropJob } from "./drop-job";
import { loadFile } from "./load-file";
import { partitionName } from "./partition-name";
import { prepareJob } from "./prepare-job";
import { settleJob } from "./settle-job";

await freshDatabase();

const folder = mkdtempSync(path.join(tmpdir(), "load-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function newJob(): Promise<string> {
  const id = randomUUID();
  await database().pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'group', '{}', 'test', 'load')`,
    [id],
  );
  await prepareJob(id);
  return id;
}

type FileOptions = {
  no?: number;
  kind?: "output" | "error" | "deleted";
  type?: string | null;
  content: string | Buffer;
};

/** A downloaded file as the pipeline leaves it, claimed by "me". */
async function newFile(jobId: string, { no = 1, kind = "output", type, content }: FileOptions) {
  const fileId = randomUUID();
  const file = path.join(folder, `${fileId}.ndjson`);
  writeFileSync(file, content);
  const resourceType = type === undefined ? "Patient" : type;
  await database().pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by, path)
     VALUES ($1, $2, $3, $4, $5, $6, 'downloaded', 'me', $7)`,
    [fileId, jobId, no, kind, resourceType, `https://fhir.example/${no}`, file],
  );
  return { jobId, fileId, fileNo: no, kind, resourceType, path: file, leaseHolder: "me" };
}

async function counters(fileId: string) {
  const { rows } = await database().pool.query(
    `SELECT lines::int, accepted::int, duplicates::int, rejected::int, loaded_bytes::int AS bytes
       FROM export_files WHERE id = $1`,
    [fileId],
  );
  return rows[0];
}

const rejected = async (fileId: string) =>
  (
    await database().pool.query(
      `SELECT line_no, reason_code, byte_offset::int AS "offset", size_bytes::int AS size
         FROM rejected_lines WHERE file_id = $1 ORDER BY line_no`,
      [fileId],
    )
  ).rows;

const count = async (table: string, jobId: string) =>
  (
    await database().pool.query(`SELECT count(*)::int AS n FROM ${table} WHERE etl_job_id = $1`, [
      jobId,
    ])
  ).rows[0].n;

const patientLine = (id: string, more: object = {}) =>
  JSON.stringify({ resourceType: "Patient", id, ...more });
const observationLine = (id: string, patient: string, value: number) =>
  JSON.stringify({
    resourceType: "Observation",
    id,
    status: "final",
    subject: { reference: `Patient/${patient}` },
    code: { coding: [{ system: "http://loinc.org", code: "8867-4", display: "Heart rate" }] },
    effectiveDateTime: "2024-03-01T08:00:00+01:00",
    valueQuantity: { value, unit: "/min" },
  });
const lines = (...all: string[]) => `${all.join("\n")}\n`;

test("preparing a job twice and at the same time makes its six partitions once", async () => {
  const jobId = await newJob();
  await Promise.all([prepareJob(jobId), prepareJob(jobId), prepareJob(jobId.toUpperCase())]);
  const { rows } = await database().pool.query(
    `SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
      WHERE child.relkind = 'r' AND child.relname LIKE $1`,
    [`%${jobId.replaceAll("-", "")}`],
  );
  expect(rows.map((row) => row.relname).sort()).toEqual(
    dataTables.map((table) => partitionName(table, jobId)).sort(),
  );
});

test("a job can be prepared while another transaction writes to and reads the parent tables", async () => {
  const other = await newJob();
  const client = await database().pool.connect();
  await client.query("BEGIN");
  await client.query(
    `INSERT INTO patients (etl_job_id, patient_id, id, file_no, line_no, resource)
     VALUES ($1, 'p', 'p', 1, 1, '{}')`,
    [other],
  );
  await client.query("SELECT count(*) FROM patients");
  await newJob();
  await client.query("COMMIT");
  client.release();
});

test("every line is a row, a duplicate or a reject, and the columns hold what the line says", async () => {
  const jobId = await newJob();
  const text =
    '{ "resourceType":"Patient","id":"é\\t1",\t"name":[{"family":"Zoë\\\\n","given":["Ai","爱"]}],"birthDate":"1980-05"}';
  const file = await newFile(jobId, {
    content: lines(
      text,
      patientLine("b", { gender: "male" }),
      "",
      "{broken",
      "[1]",
      JSON.stringify({ resourceType: "Condition", id: "c" }),
      JSON.stringify({ resourceType: "Patient" }),
      patientLine("b", { gender: "female" }),
    ),
  });
  expect(await loadFile(file)).toMatchObject({ lines: 7, rejected: 4 });
  expect(await counters(file.fileId)).toEqual({
    lines: 7,
    accepted: 2,
    duplicates: 1,
    rejected: 4,
    bytes: statSync(file.path).size,
  });
  expect((await rejected(file.fileId)).map((row) => [row.line_no, row.reason_code])).toEqual([
    [4, "not-json"],
    [5, "not-an-object"],
    [6, "wrong-type"],
    [7, "no-id"],
  ]);
  const { rows } = await database().pool.query(
    `SELECT id, patient_id, line_no, gender, family_name, given_name, birth_date::text, resource
       FROM patients WHERE etl_job_id = $1 ORDER BY line_no`,
    [jobId],
  );
  expect(rows).toEqual([
    {
      id: "é\t1",
      patient_id: "é\t1",
      line_no: 1,
      gender: null,
      family_name: "Zoë\\n",
      given_name: "Ai 爱",
      birth_date: "1980-05-01",
      resource: JSON.parse(text),
    },
    expect.objectContaining({ id: "b", line_no: 8, gender: "female" }),
  ]);
});

test("lines that only PostgreSQL refuses are found and kept aside in its words; their neighbours load", async () => {
  const jobId = await newJob();
  const good = Array.from({ length: 300 }, (_, index) => patientLine(`p${index}`));
  const bad = [
    '{"resourceType":"Patient","id":"nul","x":"\\u0000"}',
    '{"resourceType":"Patient","id":"half","x":"\\ud800"}',
    `{"resourceType":"Patient","id":"deep","x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    patientLine("w".repeat(9_000).replaceAll("w", () => Math.random().toString(36).slice(2))),
    patientLine("p7", { name: [{ family: "\u0000" }] }),
    // an index takes compressed text, so one that does not compress
    patientLine("long", {
      gender: Array.from({ length: 400 }, () => Math.random().toString(36)).join(""),
    }),
  ];
  const all = [...good];
  for (const [index, line] of bad.entries()) all.splice(index * 50 + 20, 0, line);
  const file = await newFile(jobId, { content: lines(...all) });
  expect(await loadFile(file)).toMatchObject({ lines: 306, rejected: 6 });
  expect(await counters(file.fileId)).toMatchObject({ accepted: 300, duplicates: 0 });
  const { rows } = await database().pool.query(
    "SELECT line_no, reason_code, reason FROM rejected_lines WHERE file_id = $1 ORDER BY line_no",
    [file.fileId],
  );
  expect(rows.map((row) => row.line_no)).toEqual(
    bad.map((line) => all.indexOf(line) + 1).sort((a, b) => a - b),
  );
  expect(rows.every((row) => row.reason_code === "not-storable")).toBe(true);
  expect(rows[0].reason).toContain("\\u0000 cannot be converted to text");
  expect(await count("patients", jobId)).toBe(300);
});

test("a component's code that no index could hold is refused with its line, and the job is settled", async () => {
  const jobId = await newJob();
  const measured = (id: string, code: string) =>
    JSON.stringify({
      resourceType: "Observation",
      id,
      subject: { reference: "Patient/p" },
      component: [{ code: { coding: [{ code }] }, valueQuantity: { value: 1 } }],
    });
  // Chance cannot be compressed.
  const content = lines(measured("a", "sys"), measured("b", randomBytes(4_000).toString("base64")));
  const file = await newFile(jobId, { type: "Observation", content });
  await loadFile(file);
  await settleJob(jobId);
  expect(await counters(file.fileId)).toMatchObject({ lines: 2, accepted: 1, rejected: 1 });
  expect(await rejected(file.fileId)).toMatchObject([{ line_no: 2, reason_code: "not-storable" }]);
});

test("files that share resources, loaded at the same time, store each once and the later file wins", async () => {
  const jobId = await newJob();
  const some = (from: number, to: number, value: number) =>
    lines(
      ...Array.from({ length: to - from }, (_, index) =>
        observationLine(`o${from + index}`, `p${(from + index) % 7}`, value),
      ),
    );
  const files = await Promise.all([
    newFile(jobId, { no: 1, type: "Observation", content: some(0, 3000, 1) }),
    newFile(jobId, { no: 2, type: "Observation", content: some(1000, 4000, 2) }),
    newFile(jobId, { no: 3, type: "Observation", content: some(500, 2000, 3) }),
  ]);
  await Promise.all(files.map(loadFile));
  const sum = async () => {
    const all = await Promise.all(files.map((file) => counters(file.fileId)));
    for (const row of all) expect(row.accepted + row.duplicates + row.rejected).toBe(row.lines);
    return all.map((row) => row.accepted);
  };
  // Running numbers are estimates while files race; that each file's add up holds at any time.
  await sum();
  await settleJob(jobId);
  expect(await sum()).toEqual([500, 2000, 1500]);
  const { rows } = await database().pool.query(
    `SELECT value_quantity AS value, count(*)::int AS n FROM observations WHERE etl_job_id = $1
      GROUP BY 1 ORDER BY 1`,
    [jobId],
  );
  expect(rows).toEqual([
    { value: 1, n: 500 },
    { value: 2, n: 2000 },
    { value: 3, n: 1500 },
  ]);
});

test("files that hold the same resources in opposite order end well at the same time", async () => {
  const jobId = await newJob();
  const ids = Array.from({ length: 4000 }, (_, index) => index);
  const content = (value: number, order: number[]) =>
    lines(...order.map((id) => observationLine(`o${id}`, `p${id % 9}`, value)));
  const files = await Promise.all([
    newFile(jobId, { no: 1, type: "Observation", content: content(1, ids) }),
    newFile(jobId, { no: 2, type: "Observation", content: content(2, ids.toReversed()) }),
  ]);
  await Promise.all(files.map(loadFile));
  await settleJob(jobId);
  expect(await counters(files[0]?.fileId ?? "")).toMatchObject({ accepted: 0, duplicates: 4000 });
  expect(await counters(files[1]?.fileId ?? "")).toMatchObject({ accepted: 4000, duplicates: 0 });
});

test("repeats far apart in one file are stored once, as the last line says", async () => {
  const jobId = await newJob();
  const filler = "x".repeat(1000);
  const content = lines(
    ...Array.from({ length: 15_000 }, (_, index) =>
      patientLine(`p${index % 9000}`, { gender: index < 9000 ? "male" : "female", filler }),
    ),
  );
  expect(content.length).toBeGreaterThan(3 * 4 * 1024 * 1024);
  const file = await newFile(jobId, { content });
  await loadFile(file);
  const expected = { lines: 15_000, accepted: 9000, duplicates: 6000, rejected: 0 };
  expect(await counters(file.fileId)).toMatchObject(expected);
  await settleJob(jobId);
  expect(await counters(file.fileId)).toMatchObject(expected);
  const { rows } = await database().pool.query(
    `SELECT gender, count(*)::int AS n, min(line_no) AS first FROM patients
      WHERE etl_job_id = $1 GROUP BY 1 ORDER BY 1`,
    [jobId],
  );
  expect(rows).toEqual([
    { gender: "female", n: 6000, first: 9001 },
    { gender: "male", n: 3000, first: 6001 },
  ]);
});

test("a resource that comes again under another patient is one row after settling", async () => {
  const jobId = await newJob();
  const first = await newFile(jobId, {
    no: 1,
    type: "Observation",
    content: lines(observationLine("o", "a", 1), observationLine("q", "a", 1)),
  });
  const second = await newFile(jobId, {
    no: 2,
    type: "Observation",
    content: lines(observationLine("o", "b", 2)),
  });
  await loadFile(second);
  await loadFile(first);
  await settleJob(jobId);
  await settleJob(jobId);
  const { rows } = await database().pool.query(
    "SELECT id, patient_id, file_no FROM observations WHERE etl_job_id = $1 ORDER BY id",
    [jobId],
  );
  expect(rows).toEqual([
    { id: "o", patient_id: "b", file_no: 2 },
    { id: "q", patient_id: "a", file_no: 1 },
  ]);
  expect(await counters(first.fileId)).toMatchObject({ lines: 2, accepted: 1, duplicates: 1 });
  expect(await counters(second.fileId)).toMatchObject({ lines: 1, accepted: 1, duplicates: 0 });
});

test("a file that comes after settling may bring a resource again, under its patient or another", async () => {
  const jobId = await newJob();
  const file = (no: number, ...rows: [id: string, patient: string][]) =>
    newFile(jobId, {
      no,
      type: "Observation",
      content: lines(...rows.map(([id, patient]) => observationLine(id, patient, no))),
    });
  const first = await file(1, ["o", "a"], ["q", "a"], ["r", "a"]);
  await loadFile(first);
  await settleJob(jobId);
  const later = await file(2, ["o", "b"], ["q", "a"], ["s", "b"]);
  await loadFile(later);
  await settleJob(jobId);
  const { rows } = await database().pool.query(
    "SELECT id, patient_id, file_no FROM observations WHERE etl_job_id = $1 ORDER BY id",
    [jobId],
  );
  expect(rows).toEqual([
    { id: "o", patient_id: "b", file_no: 2 },
    { id: "q", patient_id: "a", file_no: 2 },
    { id: "r", patient_id: "a", file_no: 1 },
    { id: "s", patient_id: "b", file_no: 2 },
  ]);
  expect(await counters(first.fileId)).toMatchObject({ lines: 3, accepted: 1, duplicates: 2 });
  expect(await counters(later.fileId)).toMatchObject({ lines: 3, accepted: 3, duplicates: 0 });
  // Ids are looked up by the index, whichever way it came about.
  const indexes = await database().pool.query(
    "SELECT indexdef FROM pg_indexes WHERE indexname = $1",
    [`${partitionName("observations", jobId)}_id`],
  );
  expect(indexes.rows).toHaveLength(1);
});

/** Lets `action` (PL/pgSQL) happen inside the chunk's transaction whose counters are being written. */
async function duringChunk(fileId: string, when: string, action: string) {
  await database().pool.query(
    `CREATE OR REPLACE FUNCTION during_chunk() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN ${action} RETURN NEW; END $$`,
  );
  await database().pool.query(
    `CREATE TRIGGER during_chunk BEFORE UPDATE OF loaded_bytes ON export_files FOR EACH ROW
       WHEN (OLD.id = '${fileId}' AND ${when}) EXECUTE FUNCTION during_chunk()`,
  );
}

/** About 20 MB: several chunks. */
const manyLines = () =>
  Array.from({ length: 20_000 }, (_, index) =>
    index % 1000 === 999
      ? "{bad"
      : patientLine(`p${index}`, { text: { div: `${"é".repeat(450)}${index}` } }),
  );

test("a load that is stopped between chunks goes on there, with the same end as an undisturbed one", async () => {
  const jobId = await newJob();
  const file = await newFile(jobId, { content: `\n\n${lines(...manyLines())}` });
  const stop = new AbortController();
  const asked = vi.spyOn(stop.signal, "throwIfAborted");
  asked.mockImplementation(() => {
    // at the start, before the first chunk, before the second
    if (asked.mock.calls.length === 3) stop.abort();
    if (stop.signal.aborted) throw new Error("stopped");
  });
  await expect(loadFile({ ...file, signal: stop.signal })).rejects.toThrow("stopped");
  const half = await counters(file.fileId);
  expect(half.bytes).toBeGreaterThan(0);
  expect(half.bytes).toBeLessThan(statSync(file.path).size);
  expect(await count("patients", jobId)).toBe(half.accepted);

  expect(await loadFile(file)).toMatchObject({ lines: 20_000, rejected: 20 });
  expect(await count("patients", jobId)).toBe(19_980);
  expect((await rejected(file.fileId)).map((row) => row.line_no)).toEqual(
    Array.from({ length: 20 }, (_, index) => index * 1000 + 1002),
  );
  const { rows } = await database().pool.query(
    "SELECT line_no FROM patients WHERE etl_job_id = $1 AND id = 'p19998'",
    [jobId],
  );
  expect(rows[0].line_no).toBe(20_001);
});

test("a database connection that is cut in the middle loses nothing and doubles nothing", async () => {
  const jobId = await newJob();
  const file = await newFile(jobId, { content: lines(...manyLines()) });
  // In the transaction of the second chunk, after its rows are in.
  await duringChunk(
    file.fileId,
    "OLD.loaded_bytes > 0",
    "PERFORM pg_terminate_backend(pg_backend_pid());",
  );
  await expect(loadFile(file)).rejects.toMatchObject({ code: "database-unavailable" });
  await database().pool.query("DROP TRIGGER during_chunk ON export_files");
  const cut = await counters(file.fileId);
  expect(cut.bytes).toBeGreaterThan(0);
  expect(await count("patients", jobId)).toBe(cut.accepted);
  await loadFile(file);
  expect(await counters(file.fileId)).toMatchObject({ accepted: 19_980, rejected: 20 });
  expect(await count("patients", jobId)).toBe(19_980);
});

test("who lost the lease writes nothing more", async () => {
  const jobId = await newJob();
  const file = await newFile(jobId, { content: lines(...manyLines()) });
  await expect(loadFile({ ...file, leaseHolder: "another" })).rejects.toThrow(LeaseLost);
  expect(await count("patients", jobId)).toBe(0);
  await duringChunk(file.fileId, "OLD.loaded_bytes = 0", "NEW.locked_by := 'other';");
  await expect(loadFile(file)).rejects.toThrow(LeaseLost);
  await database().pool.query("DROP TRIGGER during_chunk ON export_files");
  const { bytes, accepted } = await counters(file.fileId);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(statSync(file.path).size);
  expect(await count("patients", jobId)).toBe(accepted);
});

test("a line above the limit is rejected by name with its first bytes; the next one loads", async () => {
  const jobId = await newJob();
  const long = patientLine("long", { x: "y".repeat(3_000_000) });
  const file = await newFile(jobId, { content: lines(patientLine("a"), long, patientLine("b")) });
  expect(await loadFile({ ...file, maxLineBytes: 1_000_000 })).toMatchObject({
    lines: 3,
    rejected: 1,
  });
  const { rows } = await database().pool.query(
    `SELECT line_no, reason_code, size_bytes::int AS size, length(line) AS kept
       FROM rejected_lines WHERE file_id = $1`,
    [file.fileId],
  );
  expect(rows).toEqual([{ line_no: 2, reason_code: "too-long", size: long.length, kept: 65_536 }]);
});

test("a file that mixes types goes to each type's table; its block headers are no resources", async () => {
  const jobId = await newJob();
  const header = JSON.stringify({
    resourceType: "Parameters",
    parameter: [{ name: "header", valueReference: { reference: "Patient/a" } }],
  });
  const file = await newFile(jobId, {
    type: null,
    content: lines(
      header,
      patientLine("a"),
      observationLine("o", "a", 60),
      JSON.stringify({
        resourceType: "Immunization",
        id: "o",
        patient: { reference: "https://s/Patient/a/_history/2" },
        vaccineCode: { coding: [{ code: "140" }] },
      }),
      JSON.stringify({ resourceType: "Location", id: "o" }),
    ),
  });
  expect(await loadFile(file)).toMatchObject({ lines: 4, rejected: 0 });
  expect(await count("patients", jobId)).toBe(1);
  expect(await count("observations", jobId)).toBe(1);
  const { rows } = await database().pool.query(
    `SELECT resource_type, patient_id, code FROM resources WHERE etl_job_id = $1 ORDER BY 1`,
    [jobId],
  );
  expect(rows).toEqual([
    { resource_type: "Immunization", patient_id: "a", code: "140" },
    { resource_type: "Location", patient_id: "", code: null },
  ]);
});

test("error files become outcomes and deleted files deletions, the same when loaded again", async () => {
  const jobId = await newJob();
  const issue = { severity: "error", code: "exception", diagnostics: "one file failed" };
  const errors = await newFile(jobId, {
    no: 1,
    kind: "error",
    type: "OperationOutcome",
    content: lines(
      JSON.stringify({
        resourceType: "OperationOutcome",
        issue: [issue, { severity: "warning", code: "informational", details: { text: "hm" } }],
      }),
      patientLine("no"),
    ),
  });
  const deleted = await newFile(jobId, {
    no: 2,
    kind: "deleted",
    type: "Bundle",
    content: lines(
      JSON.stringify({
        resourceType: "Bundle",
        type: "transaction",
        entry: [
          { request: { method: "DELETE", url: "Patient/1" } },
          { request: { method: "DELETE", url: "https://s/fhir/Condition/3" } },
        ],
      }),
      JSON.stringify({
        resourceType: "Bundle",
        type: "transaction",
        entry: [{ request: { method: "PUT", url: "Patient/2" } }],
      }),
    ),
  });
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await loadFile(errors)).toMatchObject({ lines: 2, rejected: 1 });
    expect(await loadFile(deleted)).toMatchObject({ lines: 2, rejected: 1 });
    await database().pool.query(
      "UPDATE export_files SET loaded_bytes = 0, lines = 0, rejected = 0 WHERE job_id = $1",
      [jobId],
    );
  }
  const outcomes = await database().pool.query(
    `SELECT line_no, issue_no, severity, code, diagnostics FROM export_outcomes
      WHERE job_id = $1 ORDER BY 1, 2`,
    [jobId],
  );
  expect(outcomes.rows).toEqual([
    { line_no: 1, issue_no: 1, ...issue },
    { line_no: 1, issue_no: 2, severity: "warning", code: "informational", diagnostics: "hm" },
  ]);
  const deletions = await database().pool.query(
    "SELECT resource_type, resource_id FROM deleted_resources WHERE job_id = $1 ORDER BY entry_no",
    [jobId],
  );
  expect(deletions.rows).toEqual([
    { resource_type: "Patient", resource_id: "1" },
    { resource_type: "Condition", resource_id: "3" },
  ]);
});

test("a file that is not there says so", async () => {
  const jobId = await newJob();
  const file = await newFile(jobId, { content: "" });
  expect(await loadFile(file)).toMatchObject({ lines: 0, rejected: 0 });
  rmSync(file.path);
  await expect(loadFile(file)).rejects.toMatchObject({ code: "file-unreadable" });
});

test("the query that analysts run counts each job's patients exactly, and a dropped job is gone", async () => {
  const [one, two] = [await newJob(), await newJob()];
  await loadFile(
    await newFile(one, { content: lines(patientLine("a"), patientLine("b"), patientLine("a")) }),
  );
  await loadFile(await newFile(two, { content: lines(patientLine("a")) }));
  const counted = async () => {
    const { rows } = await database().pool.query(
      "SELECT etl_job_id, COUNT(*) AS patient_count FROM patients GROUP BY etl_job_id;",
    );
    return Object.fromEntries(rows.map((row) => [row.etl_job_id, Number(row.patient_count)]));
  };
  expect(await counted()).toMatchObject({ [one]: 2, [two]: 1 });
  await dropJob(one);
  await dropJob(one);
  expect(await counted()).toMatchObject({ [two]: 1 });
  expect(await counted()).not.toHaveProperty(one);
});

test("a settling that fails has ended when it says so, and the next one succeeds", async () => {
  const { pool } = database();
  const jobId = await newJob();
  const content = lines(observationLine("o", "a", 1));
  await loadFile(await newFile(jobId, { type: "Observation", content }));
  await pool.query(`
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$;
    CREATE FUNCTION not_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
    CREATE TRIGGER slowly BEFORE INSERT ON roll_up_observation_months EXECUTE FUNCTION slowly();
    CREATE TRIGGER not_now BEFORE INSERT ON roll_up_words EXECUTE FUNCTION not_now()`);
  await expect(settleJob(jobId)).rejects.toThrow("not now");
  const { rows } = await pool.query(
    `SELECT query FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`,
  );
  expect(rows).toEqual([]);
  await pool.query("DROP FUNCTION slowly, not_now CASCADE");
  await settleJob(jobId);
  const kept = await pool.query("SELECT settled FROM roll_up_jobs WHERE etl_job_id = $1", [jobId]);
  expect(kept.rows).toEqual([{ settled: true }]);
});

test("a job id that is no UUID never reaches SQL", async () => {
  await expect(prepareJob("x'; DROP TABLE patients; --")).rejects.toThrow(TypeError);
  await expect(dropJob("x")).rejects.toThrow(TypeError);
});
