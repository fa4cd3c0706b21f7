import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppError } from "@/lib/errors";
import { loadFile } from "@/lib/load/load-file";
import { loadFiles } from "@/lib/load/load-files";
import { prepareJob } from "@/lib/load/prepare-job";
import { restartLoad } from "@/lib/load/restart-load";
import { settleJob } from "@/lib/load/settle-job";
import { database } from "@/lib/store/client";
import { listEvents } from "@/lib/store/events";
import { type ExportLogItem, exportLogAsNdjson } from "@/lib/store/export-log";
import { freshDatabase, removeJobs } from "@/lib/store/fresh-database";
import { jobForTests } from "@/lib/store/job-for-tests";
import { storeCancel, storeRetry } from "@/lib/store/job-orders";
import { jobDetail, jobList } from "@/lib/store/jobs";
import type { StageFunctions } from "./advance-job";
import { purgeJob } from "./commands";
import { stageToRetry } from "./stages";
import { runWorker } from "./worker";

// The stages are stand-ins here: a server that lives in this file. The real ones have tests of their
// own, and kill.db.test.ts runs all of it together.
vi.mock("./stage-functions", () => ({ stageFunctions: {} }));

const url = await freshDatabase();
process.env.LOG_LEVEL = "silent";
process.env.BULK_DIR = await mkdtemp(path.join(tmpdir(), "bulkhouse-worker-"));
const bulkDir = process.env.BULK_DIR;
afterAll(() => rm(bulkDir, { recursive: true, force: true }));

const statusUrl = "https://bulk.example.org/status/1";
const fileUrl = (n: number) => `https://bulk.example.org/files/${n}?signature=secret`;

/** The lines of file n: `lines` patients of its own. */
const ndjson = (n: number, lines: number) =>
  Array.from(
    { length: lines },
    (_, line) => `${JSON.stringify({ resourceType: "Patient", id: `p${n}-${line}` })}\n`,
  ).join("");

function bulkServer({ files = 3, lines = 20 }: { files?: number; lines?: number } = {}) {
  const done = { authorized: [] as boolean[], kickOffs: 0, polls: 0, fetched: [] as string[] };
  const deleted: string[] = [];
  const stages: StageFunctions = {
    admitAddress: async () => {},
    authorize: async (_connectionId, options) => {
      done.authorized.push(options?.fresh ?? false);
      return null;
    },
    kickOff: async () => {
      done.kickOffs += 1;
      return {
        statusUrl,
        requestUrl: "https://bulk.example.org/fhir/Group/g1/$export?_type=Patient",
      };
    },
    checkStatus: async ({ now = new Date() }) => {
      done.polls += 1;
      if (done.polls === 1) {
        return { state: "waiting", retryAt: new Date(now.getTime() + 100), progress: "50%" };
      }
      const output = Array.from({ length: files }, (_, n) => ({
        type: "Patient",
        url: fileUrl(n),
        count: lines,
      }));
      const manifest = {
        transactionTime: new Date("2026-11-01T00:00:00Z"),
        requiresAccessToken: false,
        output,
        error: [],
        deleted: [],
        nextUrl: null,
      };
      return { state: "ready", manifest, raw: { output } };
    },
    fetchFile: async ({ url: link, path: target, onBytes }) => {
      done.fetched.push(link);
      const text = ndjson(Number(/files\/(\d+)/.exec(link)?.[1]), lines);
      onBytes?.(text.length);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
      return { sizeBytes: text.length };
    },
    deleteExport: async ({ statusUrl: gone }) => {
      deleted.push(gone);
      return { deleted: true, status: 202, reason: null };
    },
    prepareJob,
    loadFile,
    loadFiles,
    restartLoad,
    settleJob,
  };
  return { stages, done, deleted };
}

const stops: (() => Promise<void>)[] = [];

/** A worker in this process; stopped after the test at the latest. */
function startWorker(stages: StageFunctions, { leaseSeconds = 5 } = {}) {
  const stop = new AbortController();
  const ended = runWorker({ signal: stop.signal, concurrency: 3, leaseSeconds, stages });
  const end = async () => {
    stop.abort();
    await ended;
  };
  stops.push(end);
  return end;
}

beforeEach(async () => {
  await removeJobs();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const newJob = (level: "group" | "system" = "group") =>
  jobForTests({ level, groupId: level === "group" ? "g1" : null });

type Detail = Awaited<ReturnType<typeof jobDetail>>;

async function until(jobId: string, reached: (job: Detail) => boolean): Promise<Detail> {
  for (;;) {
    const job = await jobDetail(jobId).catch((error) => {
      if (/Connection terminated|terminating|not currently accepting/.test(String(error)))
        return null;
      throw error;
    });
    if (job && reached(job)) return job;
    await sleep(50);
  }
}
const ended = (job: Detail) => job.ended_at !== null;

const patients = async (jobId: string) =>
  (
    await database().pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM patients WHERE etl_job_id = $1",
      [jobId],
    )
  ).rows[0]?.n;

test("a job goes from kick-off to done, its counts add up, and the server may forget it", async () => {
  const { stages, deleted } = bulkServer();
  const jobId = await newJob();
  startWorker(stages);
  const job = await until(jobId, ended);
  expect(job).toMatchObject({
    status: "completed",
    status_url: statusUrl,
    records_loaded: 60,
    completeness: "complete",
    error: null,
    warning: null,
    transaction_time: "2026-11-01T00:00:00.000Z",
    progress: "Completed: 3 files, 60 records",
    can: { cancel: false, retry: false, purge: true },
  });
  expect(job.files.map((file) => [file.state, file.expected, file.accepted])).toEqual([
    ["loaded", 20, 20],
    ["loaded", 20, 20],
    ["loaded", 20, 20],
  ]);
  expect(await patients(jobId)).toBe(60);
  await vi.waitFor(() => expect(deleted).toEqual([statusUrl]), { timeout: 10_000 });
});

test("a server whose file is shorter than announced is not told to forget it", async () => {
  const { stages, deleted } = bulkServer({ files: 2 });
  const { fetchFile } = stages;
  stages.fetchFile = async (file) => {
    const fetched = await fetchFile(file);
    if (!file.url.includes("/files/1")) return fetched;
    const text = ndjson(1, 19);
    await writeFile(file.path, text);
    return { sizeBytes: text.length };
  };
  const end = startWorker(stages);
  const job = await until(await newJob(), ended);
  expect(job).toMatchObject({ status: "completed", completeness: "incomplete" });
  expect(job.progress).toBe("Completed: 2 files, 39 records, 1 file not as announced");
  await end();
  expect(deleted).toEqual([]);
});

test("every token is asked for the server that the job was started at", async () => {
  const { stages, deleted } = bulkServer({ files: 1 });
  const servers: (string | undefined)[] = [];
  stages.authorize = async (_id, options) => {
    servers.push(options?.fhirBaseUrl);
    return "token";
  };
  const { checkStatus } = stages;
  stages.checkStatus = async (input) => {
    const answer = await checkStatus(input);
    if (answer.state === "ready") answer.manifest.requiresAccessToken = true;
    return answer;
  };
  startWorker(stages);
  await until(await newJob(), ended);
  await vi.waitFor(() => expect(deleted).toEqual([statusUrl]), { timeout: 10_000 });
  // Kick-off, two polls, one file, delete.
  expect(servers).toEqual(Array(5).fill("https://bulk.example.org/fhir"));
});

test("a list of files that goes on from page to page has an end", async () => {
  const { stages } = bulkServer();
  let page = 0;
  stages.checkStatus = async () => {
    page += 1;
    const output = Array.from({ length: 90_000 }, (_, n) => ({
      type: "Patient",
      url: `${fileUrl(n)}&page=${page}`,
      count: null,
    }));
    const nextUrl = `${statusUrl}?page=${page}`;
    const none = { error: [], deleted: [] };
    const manifest = {
      transactionTime: null,
      requiresAccessToken: false,
      output,
      ...none,
      nextUrl,
    };
    return { state: "ready", manifest, raw: {} };
  };
  startWorker(stages);
  const job = await until(await newJob(), ended);
  expect(job.failure).toMatchObject({ code: "manifest-invalid", params: { reason: "too_many" } });
  expect([page, job.files.length]).toEqual([3, 0]);
});

test("pages of a manifest that lead on and on are no whole list of files", async () => {
  const { stages, done } = bulkServer();
  stages.checkStatus = async () => {
    done.polls += 1;
    const lists = { output: [], error: [], deleted: [] };
    const nextUrl = `${statusUrl}?page=${done.polls}`;
    const manifest = { transactionTime: null, requiresAccessToken: false, ...lists, nextUrl };
    return { state: "ready", manifest, raw: {} };
  };
  startWorker(stages);
  const job = await until(await newJob(), ended);
  expect(job.failure).toMatchObject({ code: "manifest-invalid", params: { reason: "endless" } });
});

test("the log of a job has the standard's names and no secret of a signed link", async () => {
  const { stages } = bulkServer({ files: 1 });
  const jobId = await newJob();
  startWorker(stages);
  await until(jobId, ended);
  const names = await vi.waitFor(
    async () => {
      const { events } = await listEvents(jobId);
      expect(events.at(-1)?.event).toBe("export_deleted");
      expect(JSON.stringify(events)).not.toContain("secret");
      return events.map((event) => event.event);
    },
    { timeout: 10_000 },
  );
  expect(names).toEqual([
    "kickoff",
    "status_progress",
    "status_page_complete",
    "status_complete",
    "manifest_complete",
    "download_request",
    "download_complete",
    "load_complete",
    "export_complete",
    "export_deleted",
  ]);
});

test("the log as a file has the field's form and says how many lines each file brought", async () => {
  const { stages } = bulkServer({ files: 2, lines: 3 });
  const jobId = await newJob();
  startWorker(stages);
  await until(jobId, ended);
  const text = await new Response(exportLogAsNdjson(jobId)).text();
  const items: ExportLogItem[] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const item of items) {
    expect(Object.keys(item)).toEqual(["exportId", "timestamp", "eventId", "eventDetail"]);
    expect(item.exportId).toBe(jobId);
    expect(new Date(item.timestamp).toISOString()).toBe(item.timestamp);
  }
  const details = (eventId: string) =>
    items.filter((item) => item.eventId === eventId).map((item) => item.eventDetail);
  expect(details("kickoff")[0]).toMatchObject({ logVersion: "2.0.0", errorCode: null });
  expect(details("kickoff")[0]?.requestParameters).not.toHaveProperty("patient");
  expect(details("status_page_complete")).toMatchObject([
    { outputFileCount: 2, deletedFileCount: 0, errorFileCount: 0 },
  ]);
  expect(details("manifest_complete")).toMatchObject([
    { totalOutputFileCount: 2, totalManifests: 1 },
  ]);
  expect(details("download_complete").map((detail) => detail.resourceCount)).toEqual([3, 3]);
  expect(details("export_complete")).toMatchObject([{ files: 2, resources: 6, attachments: 0 }]);
});

test("two workers share the work and do no step twice", async () => {
  const { stages, done } = bulkServer({ files: 30, lines: 3 });
  const jobId = await newJob();
  startWorker(stages);
  startWorker(stages);
  const job = await until(jobId, ended);
  expect(job).toMatchObject({ status: "completed", records_loaded: 90 });
  expect(done.kickOffs).toBe(1);
  expect(done.fetched).toHaveLength(30);
});

test("an empty manifest completes with the question whether the group exists", async () => {
  const { stages } = bulkServer({ files: 0 });
  const jobId = await newJob();
  startWorker(stages);
  const job = await until(jobId, ended);
  expect(job).toMatchObject({ status: "completed", warning_code: "empty-group" });
  expect(job.warning).toMatch(/^0 patients: does the group exist\? .*“g1”/);
});

test("a token that has run out while the server prepared is replaced and counts as no failure", async () => {
  const { stages, done } = bulkServer();
  const jobId = await newJob();
  const { checkStatus } = stages;
  stages.authorize = async (_id, options) => (options?.fresh ? "fresh" : "stale");
  stages.checkStatus = async (asked) => {
    if (asked.token === "stale" && done.polls > 0) {
      throw new AppError("access-refused", { host: "x", status: 401, reason: "expired" });
    }
    return checkStatus(asked);
  };
  startWorker(stages);
  const job = await until(jobId, ended);
  expect(job).toMatchObject({ status: "completed", attempts: 0 });
  const { events } = await listEvents(jobId);
  expect(events.map((event) => event.event)).not.toContain("status_error");
});

test("a refused kick-off fails the job with the server's reason", async () => {
  const { stages } = bulkServer();
  stages.kickOff = async () => {
    const params = { status: 400, reason: "unknown type" };
    throw new AppError("kickoff-refused", params, { evidence: { answer: "unknown type" } });
  };
  const jobId = await newJob();
  startWorker(stages);
  const job = await until(jobId, ended);
  expect(job).toMatchObject({
    status: "failed",
    error: "The server refused to start the export (HTTP 400): unknown type",
    failure: { code: "kickoff-refused", evidence: { answer: "unknown type" } },
    can: { cancel: false, retry: true, purge: true },
  });
});

test("a file that cannot be had fails the job, keeps the others, and comes with a retry", async () => {
  const { stages, done, deleted } = bulkServer();
  const { fetchFile } = stages;
  let broken = true;
  stages.fetchFile = async (file) => {
    if (broken && file.url === fileUrl(1)) {
      throw new AppError("download-refused", { status: 404, reason: "Not Found" });
    }
    return fetchFile(file);
  };
  const jobId = await newJob();
  startWorker(stages);
  const failed = await until(jobId, ended);
  expect(failed).toMatchObject({
    status: "failed",
    records_loaded: 40,
    completeness: "incomplete",
    failure: { code: "files-failed", params: { failed: 1, total: 3 } },
  });
  expect(failed.files[1]).toMatchObject({ state: "failed", error: { code: "download-refused" } });
  expect(deleted).toEqual([]);

  broken = false;
  await storeRetry(jobId, "test", stageToRetry);
  const job = await until(jobId, ended);
  expect(job).toMatchObject({ status: "completed", records_loaded: 60, error: null });
  expect(done.fetched).toHaveLength(3);
  expect(done.kickOffs).toBe(1);
});

test("a full disk is waited for: nothing is counted, the row says why, and then it goes on", async () => {
  const { stages } = bulkServer({ files: 1 });
  const { fetchFile } = stages;
  let full = true;
  stages.fetchFile = async (file) => {
    if (full) throw Object.assign(new Error("write"), { code: "ENOSPC", path: "/data/bulk" });
    return fetchFile(file);
  };
  const jobId = await newJob();
  startWorker(stages);
  const waiting = await until(jobId, (job) => job.failure !== null);
  expect(waiting).toMatchObject({ status: "downloading", failure: { code: "disk-full" } });
  expect(waiting.progress).toContain("The disk of /data/bulk is full");
  expect(waiting.files[0]?.attempts).toBe(0);
  full = false;
  await database().pool.query("UPDATE export_files SET next_run_at = now()");
  expect(await until(jobId, ended)).toMatchObject({ status: "completed", error: null });
});

test("a file that the server puts off an hour at a time waits as asked, and outlasts the budget of tries", async () => {
  const { stages } = bulkServer({ files: 1 });
  const { fetchFile } = stages;
  let closed = true;
  let asked = 0;
  stages.fetchFile = async (file) => {
    if (!closed) return fetchFile(file);
    asked += 1;
    const params = { host: "bulk.example.org", status: 503, reason: "Maintenance" };
    const retryAt = new Date(Date.now() + 3_600_000);
    throw new AppError("server-error", params, { retryAt });
  };
  const jobId = await newJob();
  startWorker(stages);
  for (let tries = 1; tries <= 7; tries += 1) {
    await until(jobId, () => asked === tries);
    // The job's own row is read before its files: what it tells of them, they tell too.
    const waiting = await until(jobId, ({ failure }) => failure?.asked_until !== undefined);
    const [file] = waiting.files;
    const waitMs = Date.parse(file?.error?.asked_until ?? "") - Date.now();
    expect(waitMs).toBeGreaterThan(3_500_000);
    expect(waitMs).toBeLessThan(3_700_000);
    expect(file).toMatchObject({ state: "pending", attempts: 0, error: { code: "server-error" } });
    expect(waiting.failure?.asked_until).toBe(file?.error?.asked_until);
    // As if the hour had passed: what it was put off for in all stands beside.
    await database().pool.query(
      "UPDATE export_files SET next_run_at = now(), error_details = error_details - 'asked'",
    );
  }
  closed = false;
  expect(await until(jobId, ended)).toMatchObject({ status: "completed", error: null });
});

test("a file that the server has put off for a day is given up, with what to do", async () => {
  const { stages } = bulkServer({ files: 1 });
  stages.fetchFile = async () => {
    const retryAt = new Date(Date.now() + 3_600_000);
    throw new AppError("server-error", { host: "h", status: 503, reason: "r" }, { retryAt });
  };
  const jobId = await newJob();
  startWorker(stages);
  await until(jobId, ({ files }) => files[0]?.error?.asked_until !== undefined);
  await database().pool.query(
    `UPDATE export_files SET next_run_at = now(),
       error_details = error_details || '{"put_off_ms": 86000000}'`,
  );
  const failed = await until(jobId, ended);
  expect(failed).toMatchObject({ status: "failed", failure: { code: "files-failed" } });
  expect(failed.files[0]).toMatchObject({ state: "failed", error: { code: "put-off" } });
  expect(failed.files[0]?.error).not.toHaveProperty("asked_until");
});

test("a cancelled job stops its download, and its file is not finished by anybody", async () => {
  const { stages } = bulkServer({ files: 1 });
  let broken = false;
  stages.fetchFile = ({ signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => {
        broken = true;
        reject(signal.reason);
      });
    });
  const jobId = await newJob();
  startWorker(stages, { leaseSeconds: 0.5 });
  await until(jobId, (job) => job.files[0]?.state === "downloading");
  await storeCancel(jobId, "somebody");
  await vi.waitFor(() => expect(broken).toBe(true), { timeout: 10_000 });
  expect(await jobDetail(jobId)).toMatchObject({
    status: "cancelled",
    files: [{ state: "pending" }],
  });
});

test("what a step writes of a job that was removed meanwhile does not stay", async () => {
  const { stages } = bulkServer({ files: 1 });
  const { checkStatus, fetchFile } = stages;
  const remove = async (jobId: string) => {
    await storeCancel(jobId, "somebody");
    await purgeJob(jobId);
  };
  const left = async () => ({
    folders: await readdir(bulkDir),
    tables: (
      await database().pool.query(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^patients_'",
      )
    ).rows,
  });
  const before = await left();
  let jobId = await newJob();
  let removed = 0;
  stages.checkStatus = async (asked) => {
    const answer = await checkStatus(asked);
    if (removed === 0 && answer.state === "ready") {
      await remove(jobId);
      removed = 1;
    }
    return answer;
  };
  stages.fetchFile = async (asked) => {
    await remove(jobId);
    const fetched = await fetchFile(asked);
    removed = 2;
    return fetched;
  };
  const end = startWorker(stages);
  await vi.waitFor(() => expect(removed).toBe(1), { timeout: 10_000 });
  jobId = await newJob();
  await vi.waitFor(() => expect(removed).toBe(2), { timeout: 10_000 });
  // It ends what it has begun.
  await end();
  expect(await left()).toEqual(before);
});

test("nor does what a worker was at that is told to stop", async () => {
  const { stages } = bulkServer({ files: 1 });
  const before = await readdir(bulkDir);
  stages.fetchFile = async ({ path: target, signal }) => {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(`${target}.part-1`, ndjson(1, 20));
    return new Promise((_, reject) => {
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  };
  const jobId = await newJob();
  const stop = startWorker(stages, { leaseSeconds: 60 });
  await vi.waitUntil(async () => (await readdir(bulkDir)).includes(jobId), { timeout: 10_000 });
  await storeCancel(jobId, "somebody");
  await purgeJob(jobId);
  // As if it had been written a moment later.
  await mkdir(path.join(bulkDir, jobId), { recursive: true });
  await stop();
  expect(await readdir(bulkDir)).toEqual(before);
});

test("a job cancelled during its kick-off stays cancelled, and the server is told", async () => {
  const { stages, deleted } = bulkServer();
  const { kickOff } = stages;
  const jobId = await newJob();
  stages.kickOff = async (request) => {
    await storeCancel(jobId, "somebody");
    return kickOff(request);
  };
  startWorker(stages);
  await vi.waitFor(() => expect(deleted).toEqual([statusUrl]), { timeout: 10_000 });
  expect((await jobDetail(jobId)).status).toBe("cancelled");
});

test("a worker that is told to stop gives its files back at once", async () => {
  const { stages } = bulkServer({ files: 1 });
  stages.fetchFile = ({ signal }) =>
    new Promise((_, reject) => {
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  const jobId = await newJob();
  const stop = startWorker(stages, { leaseSeconds: 60 });
  await until(jobId, (job) => job.files[0]?.state === "downloading");
  await stop();
  const { rows } = await database().pool.query(
    "SELECT state, locked_by, attempts FROM export_files",
  );
  expect(rows).toEqual([{ state: "pending", locked_by: null, attempts: 0 }]);
  const { rows: workers } = await database().pool.query("SELECT id FROM workers");
  expect(workers).toEqual([]);
});

test("a database that goes away in the midst of it costs time and nothing else", async () => {
  const { stages } = bulkServer({ files: 12, lines: 500 });
  const { fetchFile } = stages;
  stages.fetchFile = async (file) => {
    await sleep(60);
    return fetchFile(file);
  };
  const jobId = await newJob();
  startWorker(stages, { leaseSeconds: 1 });
  await until(jobId, (job) => job.files.some((file) => file.state === "loaded"));
  const name = new URL(url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: url.replace(`/${name}`, "/postgres") });
  await admin.connect();
  /** Files that are loaded; -1: the database does not say. */
  const loaded = () =>
    database()
      .pool.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM export_files WHERE state = 'loaded'",
      )
      .then(
        ({ rows }) => rows[0]?.n ?? -1,
        () => sleep(50).then(() => -1),
      );
  for (let times = 0; times < 3; times += 1) {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [
      name,
    ]);
    const done = async () => (await loaded()) > before;
    let before = 0;
    // Until it has been missed: a question of ours goes the way of the worker's.
    for (let missed = 0; missed < 3; ) if ((await loaded()) < 0) missed += 1;
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    // Until something has gone on.
    while (before <= 0) before = await loaded();
    if (before < 12) await vi.waitUntil(done, { timeout: 20_000, interval: 20 });
  }
  await admin.end();
  const job = await until(jobId, ended);
  expect(job).toMatchObject({
    status: "completed",
    records_loaded: 6000,
    completeness: "complete",
  });
  expect(await patients(jobId)).toBe(6000);
});

test("a disk that loses every file is given up, in words that say what to do", async () => {
  const { stages, done } = bulkServer({ files: 1 });
  const jobId = await newJob();
  const { fetchFile } = stages;
  stages.fetchFile = async (file) => {
    const fetched = await fetchFile(file);
    await rm(file.path);
    return fetched;
  };
  startWorker(stages);
  const job = await until(jobId, ended);
  expect(job.files[0]?.error).toMatchObject({
    code: "file-unreadable",
    params: { reason: "ENOENT" },
  });
  expect(done.fetched).toHaveLength(5);
});

test("a file that has vanished from the disk is fetched again", async () => {
  const { stages, done } = bulkServer({ files: 1 });
  const jobId = await newJob();
  const { fetchFile } = stages;
  let times = 0;
  stages.fetchFile = async (file) => {
    const fetched = await fetchFile(file);
    times += 1;
    if (times === 1) await rm(file.path);
    return fetched;
  };
  startWorker(stages);
  expect(await until(jobId, ended)).toMatchObject({ status: "completed", records_loaded: 20 });
  expect(done.fetched).toHaveLength(2);
  expect(await readdir(path.join(bulkDir, jobId))).toHaveLength(1);
});

test("the list of jobs is filtered, sorted, searched and paged", async () => {
  const jobs: string[] = [];
  for (const level of ["group", "system", "group"] as const) {
    jobs.push(await newJob(level));
    await sleep(2);
  }
  const query = { page: 1, page_size: 2, sort: "created_at", order: "asc" } as const;
  const first = await jobList(query);
  expect(first.jobs.map((job) => job.job_id)).toEqual(jobs.slice(0, 2));
  expect(first.total).toBe(3);
  const second = await jobList({ ...query, page: 2 });
  expect(second.jobs.map((job) => job.job_id)).toEqual(jobs.slice(2));
  expect((await jobList({ ...query, group_id: "g1" })).total).toBe(2);
  expect((await jobList({ ...query, q: jobs[1]?.slice(0, 8) })).total).toBe(1);
  expect((await jobList({ ...query, q: "100%" })).total).toBe(0);
  await storeCancel(jobs[2] as string, "x");
  expect((await jobList({ ...query, status: ["cancelled"] })).jobs[0]?.job_id).toBe(jobs[2]);
  for (const sort of ["group", "connection", "status", "duration"] as const) {
    expect((await jobList({ ...query, sort, order: "desc" })).total).toBe(3);
  }
});
