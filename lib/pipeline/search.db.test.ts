import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { ExportRequest } from "@/lib/contract/export-request";
import { AppError } from "@/lib/errors";
import { dropJob } from "@/lib/load/drop-job";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { database } from "@/lib/store/client";
import { createConnection } from "@/lib/store/connections";
import { createJobs } from "@/lib/store/create-job";
import { listEvents } from "@/lib/store/events";
import { freshDatabase } from "@/lib/store/fresh-database";
import { jobForTests } from "@/lib/store/job-for-tests";
import { jobDetail } from "@/lib/store/jobs";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import type { StageFunctions } from "./advance-job";
import { cancelJob, retryJob } from "./commands";
import { toConnectionKey } from "./connection-commands";
import { stageFunctions } from "./stage-functions";
import { runWorker } from "./worker";

await freshDatabase();
process.env.LOG_LEVEL = "silent";
const groupId = "TuftsHealthPlan";
const types = ["Patient", "Condition", "Observation", "MedicationRequest", "Encounter"];

let sandbox: Sandbox;
let connectionId: string;
const bulkDir = await mkdtemp(path.join(tmpdir(), "bulkhouse-search-"));
process.env.BULK_DIR = bulkDir;

beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.1 });
  const config = sandbox.config();
  const key = toConnectionKey(await readPrivateKey(JSON.stringify(config.jwks)));
  const { fhirBaseUrl, tokenUrl } = sandbox;
  const connection = { name: "Sandbox", fhirBaseUrl, auth: "smart" as const, tokenUrl };
  ({ connection_id: connectionId } = await createConnection({
    ...connection,
    clientId: config.client_id,
    scope: null,
    key,
    createdBy: "test",
  }));
});
afterAll(async () => {
  await sandbox.close();
  await rm(bulkDir, { recursive: true, force: true });
});

const stops: (() => Promise<void>)[] = [];
function startWorker(stages: StageFunctions = stageFunctions) {
  const stop = new AbortController();
  const ended = runWorker({ signal: stop.signal, concurrency: 4, leaseSeconds: 5, stages });
  const end = async () => {
    stop.abort();
    await ended;
  };
  stops.push(end);
  return end;
}
beforeEach(() => {
  sandbox.faults = {};
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function newJob(
  request: Partial<ExportRequest> = {},
  level: "group" | "patient" | "system" = "group",
): Promise<string> {
  const [jobId] = await createJobs([
    {
      connectionId,
      connectionName: "Sandbox",
      fhirBaseUrl: sandbox.fhirBaseUrl,
      level,
      groupId: level === "group" ? groupId : null,
      groupName: null,
      request: ExportRequest.parse({ resource_types: types, ...request }),
      createdBy: "test",
    },
  ]);
  return jobId as string;
}

async function ended(jobId: string) {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const job = await jobDetail(jobId);
    if (["done", "failed", "cancelled"].includes(job.stage)) return job;
    await sleep(50);
  }
  throw new Error(`job ${jobId} does not end: ${(await jobDetail(jobId)).progress}`);
}

/** Every row of a job as it stands there, without where it came from. */
async function rowsOf(jobId: string) {
  const { rows } = await database().pool.query<{ row: string }>(
    `SELECT patient_id || ' ' || resource::text AS row FROM (
       SELECT etl_job_id, patient_id, resource FROM patients
       UNION ALL SELECT etl_job_id, patient_id, resource FROM conditions
       UNION ALL SELECT etl_job_id, patient_id, resource FROM observations
       UNION ALL SELECT etl_job_id, patient_id, resource FROM medication_requests
       UNION ALL SELECT etl_job_id, patient_id, resource FROM encounters
       UNION ALL SELECT etl_job_id, patient_id, resource FROM resources) AS every
     WHERE etl_job_id = $1 ORDER BY 1`,
    [jobId],
  );
  return rows.map(({ row }) => row);
}

/** The same by bulk export from a server that does everything right. */
async function bulkRows(request: Partial<ExportRequest> = {}) {
  sandbox.faults = {};
  const jobId = await newJob({ ...request, mode: "bulk" });
  expect(await ended(jobId)).toMatchObject({ status: "completed", mode: "bulk" });
  return rowsOf(jobId);
}

const searched = async (jobId: string, expected: string[]) => {
  const job = await ended(jobId);
  expect(job).toMatchObject({ status: "completed", mode: "search", error: null });
  expect((await rowsOf(jobId)).length).toBe(expected.length);
  expect(await rowsOf(jobId)).toEqual(expected);
  const { lines, accepted, duplicates, rejected } = job.totals;
  expect(accepted + duplicates + rejected).toBe(lines);
  return job;
};

test("a search brings exactly the rows of the bulk export of the same group, and proves it", async () => {
  startWorker();
  const expected = await bulkRows();
  const job = await searched(await newJob({ mode: "search" }), expected);
  expect(job).toMatchObject({ mode_reason: null, completeness: "complete", status_url: null });
  expect(job.files.length).toBeGreaterThan(types.length);
  expect(job.transaction_time).not.toBeNull();
});

test("too many files lead to a search, and the status says why in the server's words", async () => {
  startWorker();
  const expected = await bulkRows();
  sandbox.faults = { tooManyFiles: true };
  const job = await searched(await newJob(), expected);
  expect(job.mode_reason).toBe("Too many files");
  const { events } = await listEvents(job.job_id);
  const names = events.map(({ event }) => event);
  expect(names).toContain("search_instead");
  expect(names).toContain("export_deleted");
  expect(names.at(-1)).toBe("export_complete");
});

test.each([404, 405, 501] as const)("no $export (%i) leads to a search", async (exportMissing) => {
  startWorker();
  const expected = await bulkRows({ resource_types: ["Patient", "Encounter"] });
  sandbox.faults = { exportMissing };
  const job = await searched(await newJob({ resource_types: ["Patient", "Encounter"] }), expected);
  expect(job.mode_reason).toContain(String(exportMissing));
});

test("who wants bulk export alone gets its failure", async () => {
  startWorker();
  sandbox.faults = { tooManyFiles: true };
  const job = await ended(await newJob({ mode: "bulk" }));
  expect(job).toMatchObject({ status: "failed", mode: "bulk" });
  expect(job.failure?.code).toBe("too-many-files");
});

test("types that are not a patient's come as far as they are referred to, and all types where none is named", async () => {
  startWorker();
  sandbox.faults = { tooManyFiles: true };
  const job = await ended(await newJob({ resource_types: [] }));
  expect(job).toMatchObject({ status: "completed", completeness: "complete" });
  const counts = await sandbox.expectedCounts(groupId);
  const { rows } = await database().pool.query<{ type: string; count: number }>(
    `SELECT resource_type AS type, count(*)::int FROM resources WHERE etl_job_id = $1 GROUP BY 1`,
    [job.job_id],
  );
  const found = Object.fromEntries(rows.map(({ type, count }) => [type, count]));
  expect(found.Procedure).toBe(counts.Procedure);
  expect(found.DiagnosticReport).toBe(counts.DiagnosticReport);
  const { rows: loose } = await database().pool.query(
    `SELECT DISTINCT substring(resource::text FROM '"reference":"(Practitioner/[^"]+)"') AS reference
     FROM observations WHERE etl_job_id = $1
     EXCEPT SELECT 'Practitioner/' || id FROM resources WHERE etl_job_id = $1`,
    [job.job_id],
  );
  expect(loose.filter(({ reference }) => reference !== null)).toEqual([]);
  expect(found.Practitioner).toBeGreaterThan(0);
});

test("a server that does not tell its types for a moment is asked again, before fewer are searched", async () => {
  startWorker();
  const request = { resource_types: [], mode: "search" as const };
  const types = async () => {
    const { job_id } = await ended(await newJob(request));
    const { rows } = await database().pool.query<{ types: string[] }>(
      "SELECT manifest->'types' AS types FROM export_jobs WHERE id = $1",
      [job_id],
    );
    return rows[0]?.types;
  };
  const told = await types();
  expect(told).toContain("Patient");
  sandbox.faults = { html: ["metadata"], htmlTimes: 2, htmlStatus: 503 };
  expect(await types()).toEqual(told);
});

test("_since and _typeFilter bring what they bring in bulk", async () => {
  startWorker();
  const request = {
    since: "2024-01-01T00:00:00Z",
    type_filter: ["Observation?category=laboratory", "Observation?category=vital-signs"],
  };
  const expected = await bulkRows(request);
  expect(expected.length).toBeGreaterThan(0);
  await searched(await newJob({ ...request, mode: "search" }), expected);
});

test("a file that is gone from the disk, though loaded, is searched again before what it refers to is read", async () => {
  const end = startWorker();
  const request = { resource_types: ["Patient", "Encounter", "Practitioner"], mode: "search" };
  const undisturbed = await ended(await newJob(request as Partial<ExportRequest>));
  const expected = await rowsOf(undisturbed.job_id);
  await end();
  const { fetchFile } = stageFunctions;
  const gone: string[] = [];
  startWorker({
    ...stageFunctions,
    fetchFile: async (input, deps) => {
      const first = path.dirname(input.path);
      const jobId = path.basename(first);
      if (gone.length === 0 && path.basename(input.path).startsWith("0002")) {
        for (;;) {
          const [file] = (await jobDetail(jobId)).files;
          if (file?.state === "loaded") break;
          await sleep(20);
        }
        gone.push("0001.output.Patient.ndjson");
        await rm(path.join(first, "0001.output.Patient.ndjson"));
      }
      return fetchFile(input, deps);
    },
  });
  const jobId = await newJob(request as Partial<ExportRequest>);
  const job = await searched(jobId, expected);
  expect(gone).toHaveLength(1);
  expect(job.completeness).toBe("complete");
  expect(await readdir(path.join(bulkDir, jobId))).toContain("0001.output.Patient.ndjson");
});

test("what only a piece refers to that came with a retry is read as well", async () => {
  const end = startWorker();
  const request = { resource_types: ["Patient", "Encounter", "Practitioner"], mode: "search" };
  const expected = await rowsOf(
    (await ended(await newJob(request as Partial<ExportRequest>))).job_id,
  );
  await end();
  let broken = true;
  startWorker({
    ...stageFunctions,
    fetchFile: async (input, deps) => {
      const piece = path.basename(input.path);
      // All pieces that refer to a Practitioner but one come at first.
      if (broken && piece.includes(".Encounter.")) {
        const params = { status: 403, reason: "Not now" };
        throw new AppError("download-refused", params, { retryable: false });
      }
      return stageFunctions.fetchFile(input, deps);
    },
  });
  const jobId = await newJob(request as Partial<ExportRequest>);
  expect(await ended(jobId)).toMatchObject({ status: "failed", failure: { code: "files-failed" } });
  broken = false;
  await retryJob(jobId, { label: "test" });
  await searched(jobId, expected);
});

test.each(["one line", "every line"])(
  "members whose export has %s that is no JSON: nobody is lost silently",
  async (which) => {
    const end = startWorker();
    const request = { resource_types: ["Patient", "Encounter"] };
    const expected = await bulkRows(request);
    await end();
    sandbox.faults = {
      membership: "criteria",
      searchIgnores: ["_has:Group:member:_id"],
      selfLinkEchoes: true,
    };
    let broken = true;
    startWorker({
      ...stageFunctions,
      fetchFile: async (input, deps) => {
        const fetched = await stageFunctions.fetchFile(input, deps);
        if (broken && input.path.endsWith("members.ndjson")) {
          const text = "null\n\n{half a line\n";
          if (which === "one line") await appendFile(input.path, text);
          else await writeFile(input.path, text);
        }
        return fetched;
      },
    });
    const jobId = await newJob({ ...request, mode: "search" });
    if (which === "one line") {
      const job = await searched(jobId, expected);
      expect(job.completeness).toBe("incomplete");
      expect(job.outcomes).toMatchObject([{ severity: "error", code: "incomplete" }]);
      expect(job.outcomes[0]?.diagnostics).toMatch(/^2 members of the group/);
      return;
    }
    const failed = await ended(jobId);
    expect(failed).toMatchObject({ status: "failed", failure: { code: "members-unknown" } });
    expect(failed.error).toContain("2 lines");
    expect(failed.error).not.toContain("half a line");
    broken = false;
    await retryJob(jobId, { label: "test" });
    await searched(jobId, expected);
  },
);

test("a worker that is stopped in the middle of it loses nothing, and nothing comes twice", async () => {
  const end = startWorker();
  const expected = await bulkRows();
  sandbox.faults = { slowSearchMs: 30 };
  const jobId = await newJob({ mode: "search" });
  for (;;) {
    const { files } = await jobDetail(jobId);
    if (files.some(({ state }) => state === "loaded")) break;
    await sleep(20);
  }
  await end();
  expect((await jobDetail(jobId)).stage).toBe("download");
  sandbox.faults = {};
  startWorker();
  await searched(jobId, expected);
  const parts = await readdir(path.join(bulkDir, jobId));
  expect(parts.filter((name) => name.includes(".part"))).toEqual([]);
});

/** The real process. */
function spawnWorker(): ChildProcess {
  const entry = 'import("./start/worker.ts").then((worker) => worker.default())';
  return spawn(process.execPath, ["--import", "tsx", "--eval", entry], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    env: { ...process.env, WORKER_LEASE_SECONDS: "1", LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function killed(worker: ChildProcess): Promise<void> {
  const gone = once(worker, "exit");
  worker.kill("SIGKILL");
  await gone;
}

test("a worker that is killed again and again in the middle of it ends with the same rows", async () => {
  const end = startWorker();
  const expected = await bulkRows();
  await end();
  sandbox.faults = { slowSearchMs: 20 };
  const jobId = await newJob({ mode: "search" });
  const loaded = async () =>
    (await jobDetail(jobId)).files.filter(({ state }) => state === "loaded").length;
  for (let kills = 0; kills < 2; kills += 1) {
    const before = await loaded();
    const worker = spawnWorker();
    try {
      while ((await loaded()) < before + 2) await sleep(20);
    } finally {
      await killed(worker);
    }
  }
  expect((await jobDetail(jobId)).stage).not.toBe("done");
  sandbox.faults = {};
  startWorker();
  const job = await searched(jobId, expected);
  expect(job.completeness).toBe("complete");
});

test("refusals and accidents cost time, nothing else", async () => {
  startWorker();
  const expected = await bulkRows({ resource_types: ["Patient", "Condition", "Encounter"] });
  sandbox.faults = {
    search429: 3,
    retryAfterSeconds: 0,
    search500: 3,
    search503: 2,
    searchesAtOnce: 3,
    unauthorized: 1,
    largestPage: 7,
    nextLink: "opaque",
    searchOutcome: true,
  };
  const request = { resource_types: ["Patient", "Condition", "Encounter"] };
  await searched(await newJob({ ...request, mode: "search" }), expected);
});

test("a server that wants a category or intent is asked for each", async () => {
  startWorker();
  const request = { resource_types: ["Patient", "Observation", "MedicationRequest"] };
  const expected = await bulkRows(request);
  sandbox.faults = { searchDemands: { Observation: ["category"], MedicationRequest: ["intent"] } };
  const job = await searched(await newJob({ ...request, mode: "search" }), expected);
  // By codes alone nobody can know of resources that have none.
  expect(job.completeness).toBe("unknown");
  expect(job.outcomes.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
});

test("a server that takes searches by POST alone and counts nothing gives the same rows, not provable", async () => {
  startWorker();
  const request = { resource_types: ["Patient", "Condition"] };
  const expected = await bulkRows(request);
  sandbox.faults = { searchPostOnly: true, noTotal: true, nextLink: "relative", largestPage: 5 };
  const job = await searched(await newJob({ ...request, mode: "search" }), expected);
  expect(job.completeness).toBe("unknown");
});

test.each(["nested", "cycle", "criteria"] as const)(
  "members are found where the group is %s, former ones are not",
  async (membership) => {
    startWorker();
    const request = { resource_types: ["Patient", "Encounter"] };
    const expected = await bulkRows(request);
    sandbox.faults = { membership, inactiveMembers: 2 };
    const job = await searched(await newJob({ ...request, mode: "search" }), expected);
    expect(job.status_url).toBeNull();
  },
);

test("members that only an export can tell are exported by their ids", async () => {
  startWorker();
  const request = { resource_types: ["Patient", "Encounter"] };
  const expected = await bulkRows(request);
  sandbox.faults = {
    membership: "criteria",
    searchIgnores: ["_has:Group:member:_id"],
    selfLinkEchoes: true,
  };
  const job = await searched(await newJob({ ...request, mode: "search" }), expected);
  expect(job.status_url).not.toBeNull();
});

test("a server that passes over the patient is refused, and both reasons are told", async () => {
  startWorker();
  sandbox.faults = { tooManyFiles: true, searchIgnores: ["patient"] };
  const job = await ended(await newJob({ resource_types: ["Observation"] }));
  expect(job.status).toBe("failed");
  expect(job.failure?.code).toBe("search-unavailable");
  expect(job.error).toContain("Too many files");
  expect(job.error).toContain("“patient”");
  expect(await rowsOf(job.job_id)).toEqual([]);
});

test("a server with neither export nor search fails with both reasons; a retry asks for the export again", async () => {
  startWorker();
  sandbox.faults = { exportMissing: 501, searchForbidden: 403 };
  const job = await ended(await newJob());
  expect(job).toMatchObject({ status: "failed", mode: "search" });
  expect(job.failure?.code).toBe("search-unavailable");
  expect(job.error).toContain("501");
  expect(job.error).toContain("403");
  sandbox.faults = {};
  await retryJob(job.job_id, { label: "test" });
  expect(await ended(job.job_id)).toMatchObject({ status: "completed", mode: "bulk" });
});

test("a type that cannot be searched is told as an error, and the others come", async () => {
  startWorker();
  sandbox.faults = {
    tooManyFiles: true,
    searchForbidden: 403,
    searchForbiddenTypes: ["Condition"],
  };
  const job = await ended(await newJob({ resource_types: ["Patient", "Condition"] }));
  expect(job).toMatchObject({ status: "completed", completeness: "incomplete" });
  expect(job.outcomes).toMatchObject([{ severity: "error", code: "not-supported" }]);
  expect(job.outcomes[0]?.diagnostics).toContain("Condition");
});

test("a search that is cancelled stops asking", async () => {
  startWorker();
  sandbox.faults = { slowSearchMs: 200 };
  const begun = new Date().toISOString();
  // Of what is asked for each patient.
  const searches = () =>
    sandbox.requests.filter(({ at, url }) => at >= begun && url.includes("/Condition")).length;
  const jobId = await newJob({ mode: "search" });
  while (searches() === 0) await sleep(20);
  await cancelJob(jobId, { label: "test" });
  expect(await ended(jobId)).toMatchObject({ status: "cancelled" });
  // What was under way is still answered; before another job is done, that is over.
  await bulkRows();
  const asked = searches();
  const { Patient } = await sandbox.expectedCounts(groupId);
  expect(asked).toBeLessThan((Patient ?? 0) / 2);
  await bulkRows();
  expect(searches()).toBe(asked);
  await dropJob(jobId);
});

test.each(["cancelled", "stopped"])(
  "searches that wait for their server and are %s give their places to others",
  async (how) => {
    const busy = await startSandbox({ scale: 0.05, auth: false });
    onTestFinished(() => busy.close());
    busy.faults = { search429: 1_000, retryAfterSeconds: 250 };
    const jobs: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      const { fhirBaseUrl } = busy;
      const request = ExportRequest.parse({ resource_types: types, mode: "search" });
      jobs.push(await jobForTests({ fhirBaseUrl, level: "group", groupId, request }));
    }
    const end = startWorker();
    await vi.waitUntil(() => busy.requests.length > 0, { timeout: 10_000, interval: 20 });
    if (how === "stopped") {
      await end();
      const { rows } = await database().pool.query(
        "SELECT DISTINCT stage, locked_by, attempts FROM export_jobs WHERE id = ANY($1)",
        [jobs],
      );
      expect(rows).toEqual([{ stage: "kickoff", locked_by: null, attempts: 0 }]);
    }
    for (const jobId of jobs) await cancelJob(jobId, { label: "test" });
    if (how === "cancelled") await bulkRows({ resource_types: ["Patient"] });
  },
  30_000,
);

test("all patients, and the whole system", async () => {
  startWorker();
  const request = { resource_types: ["Patient", "Encounter"], mode: "search" as const };
  const counts = await sandbox.expectedCounts(null);
  for (const level of ["patient", "system"] as const) {
    const job = await ended(await newJob(request, level));
    expect(job).toMatchObject({ status: "completed", error: null });
    expect(job.records_loaded).toBe((counts.Patient ?? 0) + (counts.Encounter ?? 0));
  }
});
