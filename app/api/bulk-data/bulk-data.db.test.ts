import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { GET as health } from "@/app/api/health/route";
import { GET as overview } from "@/app/api/overview/route";
import { JobDetail, JobList } from "@/lib/contract/job";
import { Overview } from "@/lib/contract/overview";
import { runWorker } from "@/lib/pipeline/worker";
import { createApiKey } from "@/lib/session/api-keys";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import { GET as events } from "./jobs/[jobId]/events/route";
import { GET as rejectedLines } from "./jobs/[jobId]/rejected-lines/route";
import { POST as retry } from "./jobs/[jobId]/retry/route";
import { DELETE as remove } from "./jobs/[jobId]/route";
import { GET as list } from "./jobs/route";
import { POST as kickOff } from "./kick-off/route";
import { POST as resume } from "./resume/route";
import { GET as status } from "./status/[jobId]/route";

// The calls that scripts make, as they make them: DESIGN section 2. Handlers are called as Next calls
// them; nobody is signed in, so only the key in the header counts.
vi.mock("@/lib/session/current-person", () => ({ currentPerson: async () => null }));

await freshDatabase();
process.env.LOG_LEVEL = "silent";
process.env.ENCRYPTION_KEY = "a key for this test alone, of no use elsewhere";
process.env.BULK_DIR = await mkdtemp(path.join(tmpdir(), "bulkhouse-api-"));
const bulkDir = process.env.BULK_DIR;

let sandbox: Sandbox;
let key = "";
let readKey = "";
const stop = new AbortController();
let running: Promise<void>;

beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.2 });
  key = (await createApiKey({ name: "script", scope: "write", createdBy: null })).key;
  readKey = (await createApiKey({ name: "reader", scope: "read", createdBy: null })).key;
  running = runWorker({ signal: stop.signal, concurrency: 2, leaseSeconds: 5 });
});
afterAll(async () => {
  stop.abort();
  await running;
  await sandbox.close();
  await rm(bulkDir, { recursive: true, force: true });
});

type Handler = (
  request: Request,
  context: { params: Promise<Record<string, string>> },
) => Promise<Response>;

async function call(
  handler: Handler,
  url: string,
  options: { method?: string; body?: unknown; params?: Record<string, string>; auth?: string } = {},
) {
  const { method = "GET", body, params = {}, auth = `Bearer ${key}` } = options;
  const request = new Request(`http://localhost:8001${url}`, {
    method,
    headers: auth ? { Authorization: auth } : {},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const response = await handler(request, { params: Promise.resolve(params) });
  return { status: response.status, body: await response.json() };
}

const kickOffBody = () => {
  const client = sandbox.clients[0];
  return {
    fhir_server_url: `${sandbox.fhirBaseUrl}/Group/FallonHealth`,
    resource_types: ["Patient", "Condition"],
    use_smart_auth: true,
    token_url: sandbox.tokenUrl,
    client_id: client?.clientId,
    private_key: JSON.stringify(client?.privateKey),
    algorithm: client?.algorithm,
  };
};

/** What scripts do: ask until it is over. */
async function untilOver(jobId: string) {
  for (;;) {
    const { body } = await call(status, `/api/bulk-data/status/${jobId}`, { params: { jobId } });
    if (["completed", "failed", "cancelled"].includes(body.status)) return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a script kicks off, asks for the status until it is completed, and reads the numbers", async () => {
  const started = await call(kickOff, "/api/bulk-data/kick-off", {
    method: "POST",
    body: kickOffBody(),
  });
  expect(started.status).toBe(200);
  expect(started.body.status_url).toMatch(/^http:/);
  expect(started.body.error).toBeNull();
  const job = await untilOver(started.body.job_id);
  expect(JobDetail.parse(job)).toMatchObject({ status: "completed" });
  const sent = await sandbox.expectedCounts("FallonHealth", ["Patient", "Condition"]);
  expect(job.records_loaded).toBe((sent.Patient ?? 0) + (sent.Condition ?? 0));
  expect(job.files).toHaveLength(2);

  const jobs = await call(list, "/api/bulk-data/jobs?page_size=5&status=completed,failed");
  expect(JobList.parse(jobs.body).jobs[0]?.job_id).toBe(job.job_id);
  const params = { jobId: job.job_id };
  const log = await call(events, `/api/bulk-data/jobs/${job.job_id}/events`, { params });
  expect(log.body.events[0].event).toBe("kickoff");
  const { id } = log.body.events[1];
  const later = await call(events, `/api/bulk-data/jobs/${job.job_id}/events?after=${id}`, {
    params,
  });
  expect(later.body.events[0].id).toBeGreaterThan(id);
  const rejected = await call(rejectedLines, `/api/bulk-data/jobs/${job.job_id}/rejected-lines`, {
    params,
  });
  expect(rejected.body).toMatchObject({ lines: [], total: 0, page: 1 });
  expect(Overview.parse((await call(overview, "/api/overview")).body).recent).toHaveLength(1);
});

test("HTTP Basic with the key as password is the same as the key", async () => {
  const auth = `Basic ${Buffer.from(`api:${key}`).toString("base64")}`;
  expect((await call(list, "/api/bulk-data/jobs", { auth })).status).toBe(200);
});

test("nobody gets in without a key, and a key for reading starts nothing", async () => {
  const post = { method: "POST", body: kickOffBody() };
  expect((await call(list, "/api/bulk-data/jobs", { auth: "" })).status).toBe(401);
  expect((await call(kickOff, "/api/bulk-data/kick-off", { ...post, auth: "" })).status).toBe(401);
  const reader = await call(kickOff, "/api/bulk-data/kick-off", {
    ...post,
    auth: `Bearer ${readKey}`,
  });
  expect(reader).toMatchObject({ status: 403, body: { code: "forbidden" } });
});

test("what is wrong with a kick-off is said in words", async () => {
  const bad = async (body: unknown) =>
    call(kickOff, "/api/bulk-data/kick-off", { method: "POST", body });
  expect(await bad({})).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  const since = await bad({ ...kickOffBody(), since: "yesterday" });
  expect(since.body.error).toContain("since");
  const refused = await bad({ ...kickOffBody(), client_id: "nobody" });
  expect(refused.status).toBe(502);
  expect(refused.body.error).toMatch(/^SMART authentication failed: /);
  const job = await untilOver(refused.body.details.job_id);
  expect(job).toMatchObject({ status: "failed", error: refused.body.error });
});

test("a job is cancelled, then removed; an unknown one is not found", async () => {
  sandbox.faults = { preparationMs: 60_000 };
  const { body: started } = await call(kickOff, "/api/bulk-data/kick-off", {
    method: "POST",
    body: kickOffBody(),
  });
  sandbox.faults = {};
  const params = { jobId: started.job_id };
  const url = `/api/bulk-data/jobs/${started.job_id}`;
  const early = await call(remove, `${url}?purge=true`, { method: "DELETE", params });
  expect(early).toMatchObject({ status: 409, body: { code: "job-not-ended" } });
  const cancelled = await call(remove, url, { method: "DELETE", params });
  expect(cancelled).toMatchObject({ status: 200, body: { status: "cancelled" } });
  const again = await call(retry, `${url}/retry`, { method: "POST", params });
  expect(again).toMatchObject({ status: 409, body: { code: "job-not-resumable" } });
  const resumed = await call(resume, "/api/bulk-data/resume", {
    method: "POST",
    body: { job_id: started.job_id },
  });
  expect(resumed.status).toBe(409);
  const purged = await call(remove, `${url}?purge=true`, { method: "DELETE", params });
  expect(purged).toEqual({ status: 200, body: { job_id: started.job_id, purged: true } });
  const gone = await call(status, url, { params });
  expect(gone).toMatchObject({ status: 404, body: { code: "not-found" } });
  const nonsense = await call(status, url, { params: { jobId: "x" } });
  expect(nonsense.status).toBe(400);
  const { rows } = await database().pool.query(
    "SELECT action FROM audit_events WHERE target = $1 ORDER BY id",
    [started.job_id],
  );
  expect(rows.map((row) => row.action)).toEqual(["job.start", "job.cancel", "job.purge"]);
});

test("health needs no key and names what is missing", async () => {
  expect(await call(health, "/api/health", { auth: "" })).toMatchObject({
    status: 200,
    body: { status: "ok", missing: [] },
  });
  await database().pool.query("UPDATE workers SET heartbeat_at = now() - interval '1 hour'");
  expect(await call(health, "/api/health", { auth: "" })).toMatchObject({
    status: 503,
    body: {
      status: "not-ready",
      database: true,
      migrations: true,
      worker: false,
      missing: ["worker"],
    },
  });
});
