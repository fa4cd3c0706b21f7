import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ChartName } from "@/lib/contract/chart";
import { dropJob } from "@/lib/load/drop-job";
import { loadFile } from "@/lib/load/load-file";
import { prepareJob } from "@/lib/load/prepare-job";
import { restartLoad } from "@/lib/load/restart-load";
import { settleJob } from "@/lib/load/settle-job";
import { purgeJob } from "@/lib/pipeline/commands";
import { chart } from "@/lib/query/chart";
import { dataResource } from "@/lib/query/data-resource";
import { dataRows } from "@/lib/query/data-rows";
import { dataTypes } from "@/lib/query/data-types";
import { knowPeople } from "@/lib/query/know-people";
import { patientJobList } from "@/lib/query/patient-jobs";
import { patientSummary } from "@/lib/query/patient-summary";
import { patientTrend } from "@/lib/query/patient-trend";
import { about } from "@/lib/store/about";
import { claimAttachments, storeAttachment, storeAttachments } from "@/lib/store/attachments";
import { attachmentsOfJob } from "@/lib/store/attachments-of-job";
import { claimJob } from "@/lib/store/claims";
import { database } from "@/lib/store/client";
import { dataTables } from "@/lib/store/data-tables";
import { distribution } from "@/lib/store/distribution";
import { distributionSteps } from "@/lib/store/distribution-steps";
import { fakeCitus } from "@/lib/store/fake-citus";
import { freshDatabase } from "@/lib/store/fresh-database";
import { jobForTests } from "@/lib/store/job-for-tests";
import { storeEnd } from "@/lib/store/job-writes";
import { jobDetail } from "@/lib/store/jobs";
import { overview } from "@/lib/store/overview";
import { refusedByCitus } from "@/lib/store/refused-by-citus";
import { hasStrangers, storeMembership } from "@/lib/store/store-membership";
import { throughputOf } from "@/lib/store/throughput";

await freshDatabase();
const folder = mkdtempSync(path.join(tmpdir(), "distributed-"));

/** Everything that is sent to the database, by whatever way. */
const sent = new Set<string>();
const query = pg.Client.prototype.query;
vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (
  this: pg.Client,
  ...call: unknown[]
) {
  const [first] = call as [string | { text?: string }];
  sent.add(typeof first === "string" ? first : (first.text ?? ""));
  return Reflect.apply(query, this, call);
} as never);

afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const job = randomUUID();
const other = randomUUID();
const subject = (id: string) => ({ reference: `Patient/${id}` });
const code = (value: string) => ({ coding: [{ system: "urn:test", code: value, display: value }] });
const observation = (id: string, patient: string, more: object) => ({
  resourceType: "Observation",
  id,
  subject: subject(patient),
  effectiveDateTime: "2025-03-01T10:00:00Z",
  code: code("weight"),
  ...more,
});
const kilograms = (value: number) => ({ valueQuantity: { value, unit: "kg" } });

const first = [
  { resourceType: "Patient", id: "p1", gender: "female", birthDate: "1980-02-03" },
  { resourceType: "Patient", id: "p2", gender: "male", birthDate: "1950-01-01" },
  { resourceType: "Condition", id: "c1", subject: subject("p1"), code: code("flu") },
  {
    resourceType: "MedicationRequest",
    id: "m1",
    subject: subject("p1"),
    medicationCodeableConcept: code("drug"),
  },
  { resourceType: "Encounter", id: "e1", subject: subject("p2"), period: { start: "2025-01-02" } },
  { resourceType: "Claim", id: "k1", patient: subject("p2") },
  observation("o1", "p1", kilograms(70)),
  observation("o2", "p1", { component: [{ code: code("sys"), valueQuantity: { value: 120 } }] }),
  // The same resource under another patient, as servers do.
  observation("o1", "p2", kilograms(71)),
  { resourceType: "Claim", id: "k1", patient: subject("p1") },
];
/** Repeats some of the first, so that they are merged. */
const second = [
  first[0],
  observation("o2", "p1", kilograms(72)),
  observation("o3", "p2", kilograms(80)),
];

async function load(jobId: string, fileNo: number, resources: unknown[]) {
  const fileId = randomUUID();
  const file = path.join(folder, fileId);
  const lines = [...resources.map((resource) => JSON.stringify(resource)), "not JSON"];
  writeFileSync(file, `${lines.join("\n")}\n`);
  await database().pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, url, state, locked_by, path)
     VALUES ($1, $2, $3, 'output', 'https://fhir.example/f', 'downloaded', 'me', $4)`,
    [fileId, jobId, fileNo, file],
  );
  const options = { jobId, fileId, leaseHolder: "me" };
  const counts = await loadFile({
    ...options,
    fileNo,
    kind: "output",
    resourceType: null,
    path: file,
  });
  expect(counts).toMatchObject({ lines: lines.length, rejected: 1 });
  return options;
}

async function newJob(id: string) {
  await database().pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'group', '{}', 'test', 'load')`,
    [id],
  );
  await prepareJob(id);
}

const counters = async () =>
  (
    await database().pool.query(
      `SELECT file_no, lines::int, accepted::int, duplicates::int, rejected::int
         FROM export_files WHERE job_id = $1 ORDER BY file_no`,
      [job],
    )
  ).rows;

beforeAll(async () => {
  await fakeCitus(database().pool);
  for (const { sql } of distributionSteps(await distribution(database().pool))) {
    await database().pool.query(sql);
  }
  sent.clear();
});

test("jobs are loaded, settled, looked at, begun anew and dropped on distributed tables", async () => {
  await newJob(job);
  await load(job, 1, first);
  const file = await load(job, 2, second);
  await settleJob(job);
  expect(await counters()).toEqual([
    { file_no: 1, lines: 11, accepted: 6, duplicates: 4, rejected: 1 },
    { file_no: 2, lines: 4, accepted: 3, duplicates: 0, rejected: 1 },
  ]);
  // One job has roll-ups, of the other the rows are read.
  await newJob(other);
  await load(other, 1, first);

  for (const jobs of [[], [job], [other]]) {
    for (const name of ChartName.options) {
      await chart(name, { job: jobs, code: "weight" } as never);
    }
    await dataTypes({ job: jobs });
    await dataTypes({ job: jobs, patient: "p1" });
  }
  const { types } = await dataTypes({ job: [job] });
  for (const { type } of types) {
    const list = await dataRows(type, { page: 1, page_size: 10 });
    await dataRows(type, { page: 1, page_size: 10, job: [job], q: "o", patient: "p1" });
    const [row] = list.rows;
    if (!row) throw new Error(`no ${type} is listed`);
    await dataResource(type, row.id, { job: row.job_id, patient: row.patient_id });
    await dataResource(type, row.id, {});
  }
  await overview();
  for (const jobs of [[job], [other]]) {
    for (const name of ChartName.options) {
      const filter = { sex: ["female"], age: ["40-49"], from: "2020-01", to: "2026-12" };
      await chart(name, { job: jobs, code: "weight", ...filter } as never);
    }
  }
  await database().pool.query("UPDATE export_jobs SET stage = 'done' WHERE id = $1", [job]);
  for (const patient of [{ job }, { state: "current" } as const]) {
    expect((await patientSummary("p1", patient)).conditions.active.total).toBe(1);
    await patientTrend("p1", { ...patient, code: "weight", limit: 100 });
  }
  await patientJobList("p1");
  await about();

  expect(await restartLoad(file)).toBe(true);
  await dropJob(job);
  await dropJob(other);
  const { rows } = await database().pool.query(
    "SELECT logicalrelid::text AS name FROM pg_dist_partition ORDER BY 1",
  );
  expect(rows.map(({ name }) => name)).toEqual([...dataTables].sort());
});

const filters = { sex: ["female"], age: ["40-49", "70-79"], from: "2020-01", to: "2026-12" };
const document = (id: string, patient: string) => ({
  resourceType: "DocumentReference",
  id,
  subject: subject(patient),
  content: [{ attachment: { contentType: "text/plain", url: `Binary/${id}` } }],
});

/** A job as its worker holds it at its last stage. */
async function held(change: Parameters<typeof jobForTests>[0], resources: unknown[]) {
  const jobId = await jobForTests({ level: "group", groupId: "g", ...change });
  await database().pool.query(
    `UPDATE export_jobs SET stage = 'load', transaction_time = now(),
       connection_id = (SELECT id FROM connections ORDER BY created_at, id LIMIT 1) WHERE id = $1`,
    [jobId],
  );
  await prepareJob(jobId);
  await load(jobId, 1, resources);
  await database().pool.query(
    "UPDATE export_files SET state = 'loaded', rejected = 0, locked_by = NULL WHERE job_id = $1",
    [jobId],
  );
  await settleJob(jobId);
  const claimed = await claimJob(randomUUID(), 60);
  if (claimed?.jobId !== jobId) throw new Error("not claimed");
  return claimed;
}
const noWarning = () => ({ warning: null });

test("documents, lists of members, charts of some people and one patient's page are asked of distributed tables", async () => {
  const { pool } = database();
  const whole = { resource_types: [] };
  const all = await held({ request: { ...whole, attachments: { max_bytes: 1_000 } } }, [
    ...first,
    document("d1", "p1"),
    document("d2", "p2"),
  ]);
  expect(await storeAttachments(all)).toBe(true);
  const fetched = await claimAttachments("me", 60);
  for (const attachment of fetched) {
    await storeAttachment(attachment, { path: "x", sizeBytes: 1, contentType: null });
  }
  await claimAttachments("me", 60);
  expect((await attachmentsOfJob(all.jobId)).sums).toMatchObject({ found: 2, downloaded: 1 });
  await pool.query("UPDATE export_attachments SET state = 'downloaded'");
  const ending = await claimJob("end", 60);
  if (!ending) throw new Error("not claimed");
  await storeEnd(ending, noWarning);

  // Charts of some people, of some months, and of both.
  for (const name of ChartName.options) {
    for (const some of [filters, { sex: ["female"] }, { from: "2020-01" }]) {
      await chart(name, { job: [all.jobId], code: "weight", ...some } as never);
    }
  }
  const { rows: people } = await pool.query(
    "SELECT people FROM roll_up_jobs WHERE etl_job_id = $1",
    [all.jobId],
  );
  expect(people).toEqual([{ people: true }]);

  // Who is in the group now: p1 has left, p3 is new.
  const listed = await held(
    {
      purpose: "members",
      request: { resource_types: ["Patient"], elements: ["id"] },
      membership: { request: whole },
      batchId: randomUUID(),
    },
    [first[1], { resourceType: "Patient", id: "p3" }],
  );
  expect(await storeAttachments(listed)).toBe(false);
  // Somebody looks at the list at this moment; no patient of it stays in the roll-ups.
  await knowPeople([listed.jobId]);
  await storeEnd(listed, noWarning, (client) => storeMembership(client, listed));
  const { rows: membership } = await pool.query(
    "SELECT membership FROM export_jobs WHERE id = $1",
    [listed.jobId],
  );
  expect(membership).toMatchObject([{ membership: { members: 2, joined: 1, left: 1 } }]);
  const { rows: left } = await pool.query(
    `SELECT FROM roll_up_people WHERE etl_job_id = $1
     UNION ALL SELECT FROM roll_up_facts WHERE etl_job_id = $1`,
    [listed.jobId],
  );
  expect(left).toEqual([]);
  const past = await pool.query(
    "SELECT request->'patient' AS patient FROM export_jobs WHERE purpose = 'new_members'",
  );
  expect(past.rows).toEqual([{ patient: ["Patient/p3"] }]);
  expect(await hasStrangers(all.jobId, ["Patient/p1"])).toBe(true);
  expect(await hasStrangers(all.jobId, ["Patient/p1", "Patient/p2"])).toBe(false);

  // One patient, as the job has it and as it is now; and the views that analysts read.
  for (const state of ["job", "current"] as const) {
    const query = { job: all.jobId, state };
    await patientSummary("p2", query);
    await patientTrend("p2", { ...query, code: "weight", limit: 10 });
  }
  await patientJobList("p2");
  await jobDetail(all.jobId);
  await throughputOf(all.jobId);
  for (const table of dataTables) await pool.query(`SELECT count(*) FROM current_${table}`);
  const { rows: views } = await pool.query<{ definition: string }>(
    `SELECT pg_get_viewdef(oid) AS definition FROM pg_class
      WHERE relkind = 'v' AND relname ~ '^current_'`,
  );
  expect(views.length).toBeGreaterThan(dataTables.length);
  for (const { definition } of views) sent.add(definition);

  await purgeJob(all.jobId);
  await purgeJob(listed.jobId);
});

test("none of the statements on the way is one that Citus refuses", () => {
  // It did hear them: COPY, the merge, the window, the lists.
  const all = [...sent].join("\n");
  for (const part of [
    "COPY observations_",
    "ON CONFLICT",
    "OVER (",
    "ATTACH",
    "TRUNCATE",
    "ILIKE",
    "export_attachments",
    "listed_members",
    "roll_up_people",
    "DISTINCT ON",
  ]) {
    expect(all).toContain(part);
  }
  const refused = [...sent].flatMap((sql) => {
    const reason = refusedByCitus(sql);
    return reason ? [`${reason}: ${sql}`] : [];
  });
  expect(refused).toEqual([]);
});
