import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { ExportRequest } from "@/lib/contract/export-request";
import { database } from "@/lib/store/client";
import { createJobs } from "@/lib/store/create-job";
import { freshDatabase } from "@/lib/store/fresh-database";
import { jobDetail, jobList } from "@/lib/store/jobs";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import type { StageFunctions } from "./advance-job";
import { cancelBatch, exportChanges, purgeJob, startExport } from "./commands";
import { listServerGroups } from "./connection-commands";
import { stageFunctions } from "./stage-functions";
import { runWorker } from "./worker";

// An export of everything, time that goes by, and exports of changes after it: what the views of the
// current state show is compared to what the sandbox says that it holds.

await freshDatabase();
process.env.LOG_LEVEL = "silent";
const bulkDir = await mkdtemp(path.join(tmpdir(), "bulkhouse-incremental-"));
process.env.BULK_DIR = bulkDir;
const { pool } = database();
const by = { label: "test" };
const groupId = "HealthNewEngland";

let sandbox: Sandbox;
let connectionId: string;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.1, auth: false });
});
afterAll(async () => {
  await sandbox.close();
  await rm(bulkDir, { recursive: true, force: true });
});

const stops: (() => Promise<void>)[] = [];
function startWorker(stages: StageFunctions = stageFunctions) {
  const stop = new AbortController();
  const ended = runWorker({ signal: stop.signal, concurrency: 4, leaseSeconds: 2, stages });
  const end = async () => {
    stop.abort();
    await ended;
  };
  stops.push(end);
  return end;
}
// Each test has a connection, and so a source, of its own.
beforeEach(async () => {
  connectionId = randomUUID();
  await pool.query(
    `INSERT INTO connections (id, name, fhir_base_url, auth, updated_at)
     VALUES ($1, 'Sandbox', $2, 'none', now())`,
    [connectionId, sandbox.fhirBaseUrl],
  );
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await pool.query(
    "UPDATE export_jobs SET stage = 'cancelled', ended_at = now() WHERE ended_at IS NULL",
  );
});

const times = ["2025-10-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-11-01T00:00:00Z"] as const;

async function exportAll(request: Partial<ExportRequest> = {}): Promise<string> {
  const [jobId] = await createJobs([
    {
      connectionId,
      connectionName: "Sandbox",
      fhirBaseUrl: sandbox.fhirBaseUrl,
      level: "group",
      groupId,
      groupName: "Health New England",
      request: ExportRequest.parse(request),
      createdBy: "test",
    },
  ]);
  await batchEnded((await jobDetail(jobId as string)).batch_id, jobId);
  return jobId as string;
}

/** Nobody waits for the pauses between the kick-offs. */
const atOnce = () =>
  pool.query("UPDATE export_jobs SET next_run_at = now() WHERE stage = 'kickoff' AND attempts = 0");

async function batchEnded(batchId: string | null, jobId?: string) {
  let seen = 0;
  for (let tries = 0; tries < 600; tries += 1) {
    await atOnce();
    const jobs = batchId
      ? (
          await jobList({
            batch_id: batchId,
            page: 1,
            page_size: 50,
            sort: "created_at",
            order: "asc",
          })
        ).jobs
      : [await jobDetail(jobId as string)];
    // A list of members that ends makes jobs: those may be missing from a list that is being read then.
    const ended = jobs.every(({ ended_at }) => ended_at !== null) ? jobs.length : 0;
    if (ended > 0 && seen === ended) return jobs;
    seen = ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`batch ${batchId} does not end`);
}

async function exportSince(jobId: string) {
  const { batch_id, since } = await exportChanges(jobId, by);
  const jobs = await batchEnded(batch_id);
  const of = (purpose: string) => jobs.filter((job) => job.purpose === purpose);
  return {
    batch_id,
    since,
    jobs,
    members: of("members")[0],
    changes: of("changes")[0],
    past: of("new_members"),
  };
}

/** How many resources of each type are current. */
async function current(): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ type: string; n: number }>(
    `SELECT type, count(*)::int AS n FROM (
       SELECT connection_id, 'Patient' AS type FROM current_patients
       UNION ALL SELECT connection_id, 'Condition' FROM current_conditions
       UNION ALL SELECT connection_id, 'Observation' FROM current_observations
       UNION ALL SELECT connection_id, 'MedicationRequest' FROM current_medication_requests
       UNION ALL SELECT connection_id, 'Encounter' FROM current_encounters
       UNION ALL SELECT connection_id, resource_type FROM current_resources) AS every
     WHERE connection_id = $1 GROUP BY 1`,
    [connectionId],
  );
  return Object.fromEntries(rows.map(({ type, n }) => [type, n]));
}

/** Every current resource of a table as it was sent. */
async function currentRows(table: string): Promise<unknown[]> {
  const { rows } = await pool.query<{ resource: unknown }>(
    `SELECT resource FROM current_${table} WHERE connection_id = $1 ORDER BY id`,
    [connectionId],
  );
  return rows.map(({ resource }) => resource);
}

test("everything, then what changed and was deleted, with the past of who is new: the server's state of now", async () => {
  startWorker();
  sandbox.faults = { now: times[0], deletedShare: 0.3, newMembers: 3 };
  const whole = await exportAll();
  expect(await current()).toEqual(await sandbox.expectedCounts(groupId));
  const before = await sandbox.expectedCounts(groupId);

  sandbox.faults = { now: times[1], deletedShare: 0.3, newMembers: 1 };
  const first = await exportSince(whole);
  expect(first.since).toBe("2025-10-01T00:00:00.000Z");
  expect(first.jobs.map(({ status }) => status)).toEqual(first.jobs.map(() => "completed"));
  expect(first.members?.membership).toMatchObject({ joined: 2, left: 0 });
  expect(first.past).toMatchObject([{ patients: 2, since: null, warning: null }]);
  expect(await current()).toEqual(await sandbox.expectedCounts(groupId));
  expect(await current()).not.toEqual(before);

  // The next begins where this one ended, and knows the new ones.
  sandbox.faults = { now: times[2], deletedShare: 0.3, newMembers: 1 };
  const second = await exportSince(whole);
  expect(second.since).toBe("2026-03-01T00:00:00.000Z");
  expect(second.members?.membership).toMatchObject({ joined: 0, left: 0 });
  expect(second.past).toEqual([]);
  expect(
    second.changes?.job_id && (await jobDetail(second.changes.job_id)).deletions,
  ).toBeGreaterThan(0);
  expect(await current()).toEqual(await sandbox.expectedCounts(groupId));
  const merged = await currentRows("conditions");
  await exportAll();
  expect(await currentRows("conditions")).toEqual(merged);
});

test("several groups at once: changes of the one that is here, everything of the one that is not, in one batch", async () => {
  startWorker();
  sandbox.faults = { now: times[0], newMembers: 2 };
  const request = { resource_types: ["Patient", "Condition"] };
  await exportAll(request);
  sandbox.faults = { now: times[1], newMembers: 1 };
  const body = {
    connection_id: connectionId,
    level: "group" as const,
    groups: [{ id: groupId }, { id: "FallonHealth", patients: 12 }],
    request,
    incremental: true,
    delay_seconds: 0,
  };
  const { batch_id, job_ids, starts } = await startExport(body, by);
  expect(starts).toEqual([
    { group_id: groupId, since: "2025-10-01T00:00:00.000Z" },
    { group_id: "FallonHealth", since: null },
  ]);
  const jobs = await batchEnded(batch_id);
  expect(jobs.map(({ job_id }) => job_id)).toEqual(expect.arrayContaining(job_ids));
  expect(jobs.map(({ group_id, purpose }) => [group_id, purpose]).sort()).toEqual(
    [
      [groupId, "members"],
      [groupId, "changes"],
      [groupId, "new_members"],
      ["FallonHealth", null],
    ].sort(),
  );
  expect(jobs.find(({ purpose }) => purpose === null)).toMatchObject({
    since: null,
    group_patients: 12,
  });
  await expect(
    startExport({ ...body, request: { ...request, since: times[0] } }, by),
  ).rejects.toMatchObject({ code: "invalid-request" });
});

test("the list of members is no patients' data, in no table and no chart", async () => {
  startWorker();
  sandbox.faults = {};
  const whole = await exportAll({ resource_types: ["Patient"] });
  const { members } = await exportSince(whole);
  expect(members?.records_loaded).toBe(members?.membership?.members);
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM patients WHERE etl_job_id = $1) AS rows,
       (SELECT count(*)::int FROM roll_up_patients WHERE etl_job_id = $1) AS patients`,
    [members?.job_id],
  );
  expect(rows).toEqual([{ rows: 0, patients: 0 }]);
});

test("who has left is not current any more, and comes back with everything", async () => {
  startWorker();
  sandbox.faults = { now: times[0] };
  const whole = await exportAll();
  sandbox.faults = { now: times[1], newMembers: 2 };
  expect((await exportSince(whole)).members?.membership).toMatchObject({ joined: 0, left: 2 });
  const patients = (await sandbox.expectedCounts(groupId)).Patient;
  expect((await current()).Patient).toBe(patients);
  sandbox.faults = { now: times[2] };
  expect((await exportSince(whole)).members?.membership).toMatchObject({ joined: 2, left: 0 });
  expect(await current()).toEqual(await sandbox.expectedCounts(groupId));
});

test("a job that is removed from the middle leaves no gap after the next export of changes", async () => {
  startWorker();
  sandbox.faults = { now: times[0], newMembers: 2 };
  const whole = await exportAll();
  sandbox.faults = { now: times[1] };
  const { changes, past } = await exportSince(whole);
  await purgeJob(changes?.job_id as string);
  await purgeJob(past[0]?.job_id as string);
  sandbox.faults = { now: times[2] };
  const again = await exportSince(whole);
  expect(again.since).toBe("2025-10-01T00:00:00.000Z");
  expect(again.members?.membership).toMatchObject({ joined: 2 });
  expect(await current()).toEqual(await sandbox.expectedCounts(groupId));
  await purgeJob(whole);
  expect((await jobDetail(again.changes?.job_id as string)).changes_since).toBeNull();
  await expect(exportChanges(again.changes?.job_id as string, by)).rejects.toMatchObject({
    code: "no-whole-export",
  });
});

test("two clicks are one batch, and a group's row offers the same", async () => {
  const end = startWorker();
  sandbox.faults = { now: times[0] };
  const whole = await exportAll({ resource_types: ["Patient", "Condition"] });
  await end();
  const [one, other] = await Promise.all([exportChanges(whole, by), exportChanges(whole, by)]);
  expect(other).toEqual(one);
  expect(one.job_ids).toHaveLength(2);
  const { groups } = await listServerGroups(connectionId);
  expect(groups.find(({ id }) => id === groupId)?.changes).toEqual({
    job_id: whole,
    since: one.since,
  });
  expect((await cancelBatch(one.batch_id, by)).cancelled.sort()).toEqual([...one.job_ids].sort());
  const jobs = await batchEnded(one.batch_id);
  expect(jobs.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
});

test("a worker that dies between the steps leaves the batch to the next, which makes each job once", async () => {
  let worker = startWorker();
  sandbox.faults = { now: times[0], newMembers: 2 };
  const whole = await exportAll({ resource_types: ["Patient", "Condition", "Encounter"] });
  await worker();
  sandbox.faults = { now: times[1] };
  const { batch_id } = await exportChanges(whole, by);
  // It settles the list and dies before its end is written; and again with the end written.
  let deaths = 0;
  worker = startWorker({
    ...stageFunctions,
    settleJob: async (jobId) => {
      await stageFunctions.settleJob(jobId);
      deaths += 1;
      await pool.query(
        "UPDATE export_jobs SET locked_by = 'nobody', locked_until = now() - interval '1 second' WHERE id = $1",
        [jobId],
      );
    },
  });
  while (deaths < 2) {
    await atOnce();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await worker();
  startWorker();
  const jobs = await batchEnded(batch_id);
  expect(jobs.map(({ purpose, status }) => [purpose, status])).toEqual([
    ["members", "completed"],
    ["changes", "completed"],
    ["new_members", "completed"],
  ]);
  expect(await current()).toEqual(
    await sandbox.expectedCounts(groupId, ["Patient", "Condition", "Encounter"]),
  );
});

test.each([
  [
    "that refuses _elements and patient",
    { kickoffRefuses: ["_elements", "patient"] },
    "search",
    null,
  ],
  ["that passes over patient", { kickoffIgnoresSilently: ["patient"] }, "bulk", "patients-ignored"],
  ["that takes no POST", { kickoffMethod: "GET" as const }, "search", null],
])("a server %s still gives the new members' past", async (_what, faults, mode, warning) => {
  startWorker();
  sandbox.faults = { now: times[0], newMembers: 2 };
  const types = ["Patient", "Condition", "Encounter"];
  const whole = await exportAll({ resource_types: types });
  sandbox.faults = { now: times[1], ...faults };
  const { past, members } = await exportSince(whole);
  expect(members?.membership).toMatchObject({ joined: 2 });
  expect(past).toMatchObject([{ status: "completed", mode, warning_code: warning }]);
  expect(await current()).toEqual(await sandbox.expectedCounts(groupId, types as never));
});
