import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { KickOffBody } from "@/lib/contract/export-request";
import { ResumeBody } from "@/lib/contract/job";
import { dropJob } from "@/lib/load/drop-job";
import { prepareJob } from "@/lib/load/prepare-job";
import { database } from "@/lib/store/client";
import { getConnection, listConnections } from "@/lib/store/connections";
import { freshDatabase, removeJobs } from "@/lib/store/fresh-database";
import { health } from "@/lib/store/health";
import { jobForTests } from "@/lib/store/job-for-tests";
import { storePurge } from "@/lib/store/job-orders";
import { jobDetail } from "@/lib/store/jobs";
import { overview } from "@/lib/store/overview";
import { listRejectedLines, rejectedLinesAsNdjson } from "@/lib/store/rejected-lines";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import { authorize } from "./authorize";
import {
  cancelJob,
  exportChanges,
  kickOffJob,
  purgeJob,
  resumeExport,
  retryJob,
  startExport,
} from "./commands";
import { changeConnection } from "./connection-commands";
import { jobSize } from "./job-size";
import { runWorker } from "./worker";

// What scripts and people order, against the sandbox with sign-in, with a real worker.

await freshDatabase();
process.env.LOG_LEVEL = "silent";
process.env.ENCRYPTION_KEY = "a key for this test alone, of no use elsewhere";
const bulkDir = await mkdtemp(path.join(tmpdir(), "bulkhouse-commands-"));
process.env.BULK_DIR = bulkDir;

const by = { label: "test@example.org" };
let sandbox: Sandbox;
let stop: AbortController | undefined;
let running: Promise<void> | undefined;

beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.2 });
});
afterAll(async () => {
  await sandbox.close();
  await rm(bulkDir, { recursive: true, force: true });
});
beforeEach(async () => {
  sandbox.faults = {};
  await removeJobs();
});
afterEach(async () => {
  stop?.abort();
  await running;
  stop = undefined;
});

function startWorker(): void {
  stop = new AbortController();
  running = runWorker({ signal: stop.signal, concurrency: 3, leaseSeconds: 5 });
}

/** The body of a script that has the file of the sandbox's page: the key is a string of JSON. */
function kickOffBody(change: Record<string, unknown> = {}) {
  const client = sandbox.clients[0];
  return KickOffBody.parse({
    fhir_server_url: `${sandbox.fhirBaseUrl}/Group/FallonHealth`,
    resource_types: ["Patient", "Condition", "Observation"],
    use_smart_auth: true,
    token_url: sandbox.tokenUrl,
    client_id: client?.clientId,
    private_key: JSON.stringify(client?.privateKey),
    algorithm: client?.algorithm,
    ...change,
  });
}

async function untilEnded(jobId: string) {
  for (;;) {
    const job = await jobDetail(jobId);
    if (job.ended_at) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a kick-off answers with the server's status URL, and its job loads what the server sent", async () => {
  const started = await kickOffJob(kickOffBody(), by);
  expect(started).toMatchObject({ status: "in-progress", error: null, group_id: "FallonHealth" });
  expect(started.status_url).toContain("/bulkstatus/");
  startWorker();
  const job = await untilEnded(started.job_id);
  expect(job).toMatchObject({ status: "completed", completeness: "complete", error: null });
  const sent = await sandbox.expectedCounts("FallonHealth", [
    "Patient",
    "Condition",
    "Observation",
  ]);
  for (const [type, table] of Object.entries({
    Patient: "patients",
    Condition: "conditions",
    Observation: "observations",
  })) {
    const { rows } = await database().pool.query(
      `SELECT count(*)::int AS n FROM ${table} WHERE etl_job_id = $1`,
      [job.job_id],
    );
    expect(rows[0].n, type).toBe(sent[type as keyof typeof sent]);
  }
  // The same credentials again are the same connection.
  await kickOffJob(kickOffBody({ fhir_server_url: `${sandbox.fhirBaseUrl}/Patient/` }), by);
  const { rows } = await database().pool.query("SELECT count(*)::int AS n FROM connections");
  expect(rows[0].n).toBe(1);
  expect(await health()).toMatchObject({ status: "ok", worker: true, missing: [] });
  expect((await overview()).totals).toMatchObject({
    connections: 1,
    jobs: 2,
    patients: sent.Patient,
  });
});

test("wrong input is refused before there is a job", async () => {
  const {
    d: _d,
    p: _p,
    q: _q,
    dp: _dp,
    dq: _dq,
    qi: _qi,
    ...publicKey
  } = sandbox.clients[0]?.privateKey ?? {};
  const refusals: [Record<string, unknown>, string][] = [
    [{ private_key: JSON.stringify(publicKey) }, "key-public-only"],
    [{ private_key: "nonsense" }, "key-unreadable"],
    [{ private_key: undefined }, "key-missing"],
    [{ client_id: "" }, "config-missing-field"],
    [{ fhir_server_url: "ftp://x/fhir" }, "url-invalid"],
    [{ type_filter: ["Observation?_include=Observation:patient"] }, "filter-parameter"],
  ];
  for (const [change, code] of refusals) {
    await expect(kickOffJob(kickOffBody(change), by), code).rejects.toMatchObject({ code });
  }
  const { rows } = await database().pool.query("SELECT count(*)::int AS n FROM export_jobs");
  expect(rows[0].n).toBe(0);
});

test("a refused sign-in fails the call with the server's reason, and the job with it", async () => {
  sandbox.faults = { token: "registrationExpired" };
  const error = await kickOffJob(kickOffBody(), by).catch((refused) => refused);
  expect(error).toMatchObject({ code: "smart-auth-registration-expired" });
  expect(error.message).toMatch(/^SMART authentication failed: /);
  const job = await jobDetail(error.evidence.job_id);
  expect(job).toMatchObject({ status: "failed", can: { retry: true } });
  // Registered again: the same job goes on from its kick-off.
  sandbox.faults = {};
  startWorker();
  await retryJob(job.job_id, by);
  expect(await untilEnded(job.job_id)).toMatchObject({ status: "completed" });
});

test("the patients of a group are asked for after a script's kick-off; where the server does not tell, the job goes on", async () => {
  const { Patient } = await sandbox.expectedCounts("FallonHealth", ["Patient"]);
  const started = await kickOffJob(kickOffBody(), by);
  await vi.waitFor(async () =>
    expect(await jobDetail(started.job_id)).toMatchObject({ group_patients: Patient }),
  );
  sandbox.faults = { searchForbidden: 403, searchForbiddenTypes: ["Group"] };
  const unknown = await kickOffJob(kickOffBody(), by);
  startWorker();
  const job = await untilEnded(unknown.job_id);
  expect(job).toMatchObject({ status: "completed", group_patients: null, warning: null });
});

test("a server that is busy with another export makes the job wait, not fail", async () => {
  sandbox.faults = { kickoff429: 1, retryAfterSeconds: 1 };
  const started = await kickOffJob(kickOffBody(), by);
  expect(started).toMatchObject({
    status: "queued",
    status_url: null,
    failure: { code: "rate-limited" },
  });
  startWorker();
  expect(await untilEnded(started.job_id)).toMatchObject({ status: "completed", error: null });
});

test("a kick-off that takes longer than callers wait is answered without its status URL and goes on", async () => {
  let accept = () => {};
  const slow = createServer((request, response) => {
    if (request.url?.endsWith("/metadata")) return response.writeHead(404).end();
    accept = () => {
      response.writeHead(202, { "Content-Location": `${base}/status/1` }).end();
    };
  }).listen(0, "127.0.0.1");
  await once(slow, "listening");
  const base = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const body = KickOffBody.parse({ fhir_server_url: `${base}/fhir`, use_smart_auth: false });
  const early = await kickOffJob(body, by, { answerWithinMs: 300 });
  expect(early).toMatchObject({ status: "queued", status_url: null, error: null });
  accept();
  await vi.waitFor(
    async () =>
      expect(await jobDetail(early.job_id)).toMatchObject({ status_url: `${base}/status/1` }),
    { timeout: 10_000 },
  );
  await cancelJob(early.job_id, by);
  slow.closeAllConnections();
  slow.close();
});

test("expired links are asked for anew when the job is retried", async () => {
  // It asks once by itself: all three files first, and one again.
  sandbox.faults = { fileGone: 410, fileGoneTimes: 4 };
  startWorker();
  const failed = await untilEnded((await kickOffJob(kickOffBody(), by)).job_id);
  expect(failed).toMatchObject({ status: "failed", failure: { code: "files-failed" } });
  expect(failed.error).toContain("The link to the file has expired");
  await retryJob(failed.job_id, by);
  expect(await untilEnded(failed.job_id)).toMatchObject({
    status: "completed",
    completeness: "complete",
  });
});

test("a token of a stored connection does not go to another server", async () => {
  const { connection_id } = await kickOffJob(kickOffBody(), by);
  const body = kickOffBody({
    connection_id,
    fhir_server_url: "https://elsewhere.example.org/fhir",
  });
  await expect(kickOffJob(body, by)).rejects.toMatchObject({ code: "invalid-request" });
});

test("a group that does not exist completes with a question", async () => {
  startWorker();
  const body = kickOffBody({ fhir_server_url: `${sandbox.fhirBaseUrl}/Group/NoSuchGroup` });
  const job = await untilEnded((await kickOffJob(body, by)).job_id);
  expect(job).toMatchObject({
    status: "completed",
    records_loaded: 0,
    warning_code: "empty-group",
  });
  expect(job.warning).toContain("0 patients: does the group");
  // Nothing is there to which changes could be added.
  expect(job).toMatchObject({ changes_since: null, cannot: { changes: "empty-group" } });
  await expect(exportChanges(job.job_id, by)).rejects.toMatchObject({ code: "no-whole-export" });
  expect((await overview()).attention.map((each) => each.job_id)).toEqual([job.job_id]);
});

test("what removing a job frees is told before: its rows, their tables and its files", async () => {
  startWorker();
  const job = await untilEnded((await kickOffJob(kickOffBody(), by)).job_id);
  const size = await jobSize(job.job_id);
  const names = await readdir(path.join(bulkDir, job.job_id));
  expect(size).toMatchObject({
    records: job.records_loaded,
    rejected_lines: 0,
    disk_files: names.length,
    disk_bytes: job.totals.size_bytes,
  });
  const { pool } = database();
  const bytes = async () =>
    Number(
      (await pool.query("SELECT pg_database_size(current_database()) AS bytes")).rows[0].bytes,
    );
  const before = await bytes();
  await purgeJob(job.job_id);
  // Other tables of the database may grow meanwhile by a page or two.
  expect(before - (await bytes())).toBeGreaterThan(size.database_bytes * 0.8);
  await expect(jobSize(job.job_id)).rejects.toMatchObject({ code: "not-found" });
});

test("several groups make one job each, in order, so many seconds apart", async () => {
  const { connection_id } = await kickOffJob(kickOffBody(), by);
  const answer = await startExport(
    {
      connection_id: connection_id as string,
      level: "group",
      groups: [
        { id: "FallonHealth", name: "Fallon" },
        { id: "TuftsHealthPlan" },
        { id: "FallonHealth" },
      ],
      request: { resource_types: ["Patient"] },
      delay_seconds: 30,
    },
    by,
  );
  expect(answer.job_ids).toHaveLength(2);
  const { rows } = await database().pool.query(
    `SELECT group_id, round(extract(epoch FROM next_run_at - min(next_run_at) OVER ()))::int AS after
     FROM export_jobs WHERE batch_id = $1 ORDER BY next_run_at`,
    [answer.batch_id],
  );
  expect(rows).toEqual([
    { group_id: "FallonHealth", after: 0 },
    { group_id: "TuftsHealthPlan", after: 30 },
  ]);
});

test("bad lines are kept with their place and reason, page by page and as a file", async () => {
  sandbox.faults = { badLine: 2, wrongTypeLine: 3 };
  startWorker();
  const body = kickOffBody({ resource_types: ["Patient", "Condition"] });
  const job = await untilEnded((await kickOffJob(body, by)).job_id);
  expect(job).toMatchObject({ status: "completed", completeness: "incomplete" });
  for (const file of job.files) {
    expect(file.rejected).toBe(2);
    expect(file.accepted + file.duplicates + file.rejected).toBe(file.expected);
  }
  const page = await listRejectedLines(job.job_id, { page: 1, pageSize: 3 });
  expect(page.total).toBe(4);
  expect(page.lines.map((line) => [line.file_no, line.line_no, line.reason_code])).toEqual([
    [1, 2, "not-json"],
    [1, 3, "wrong-type"],
    [2, 2, "not-json"],
  ]);
  const text = await new Response(rejectedLinesAsNdjson(job.job_id)).text();
  expect(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).line_no),
  ).toEqual([2, 3, 2, 3]);
});

test("a cancelled job is told to the server, keeps its rows, and can be removed", async () => {
  const { job_id, status_url } = await kickOffJob(kickOffBody(), by);
  await expect(purgeJob(job_id)).rejects.toMatchObject({ code: "job-not-ended" });
  const job = await cancelJob(job_id, by);
  expect(job).toMatchObject({
    status: "cancelled",
    can: { cancel: false, retry: false, purge: true },
  });
  await expect(cancelJob(job_id, by)).rejects.toMatchObject({ code: "job-ended" });
  await expect(resumeExport(ResumeBody.parse({ job_id }), by)).rejects.toMatchObject({
    code: "job-not-resumable",
  });
  sandbox.revokeTokens();
  startWorker();
  // The server has forgotten the export, so going on with it is refused by the server itself.
  const again = await resumeExport({ ...kickOffBody(), status_url: status_url as string }, by);
  expect(await untilEnded(again.job_id)).toMatchObject({
    status: "failed",
    failure: { code: "export-gone" },
  });
  await purgeJob(job_id);
  await expect(jobDetail(job_id)).rejects.toMatchObject({ code: "not-found" });
});

test("an export that runs at the server already is gone on with from its status URL", async () => {
  const first = await kickOffJob(kickOffBody(), by);
  const statusUrl = first.status_url as string;
  const second = await resumeExport({ ...kickOffBody(), status_url: statusUrl }, by);
  // The first job would otherwise tell the server that nobody needs the export any more.
  await database().pool.query("UPDATE export_jobs SET next_run_at = 'infinity' WHERE id = $1", [
    first.job_id,
  ]);
  startWorker();
  expect(await untilEnded(second.job_id)).toMatchObject({
    status: "completed",
    completeness: "complete",
  });
  for (const [body, code] of [
    [{}, "invalid-request"],
    [{ status_url: statusUrl }, "config-missing-field"],
    [{ status_url: statusUrl, bearer_token: "a\nb" }, "invalid-request"],
  ] as const) {
    await expect(resumeExport(ResumeBody.parse(body), by)).rejects.toMatchObject({ code });
  }
  const { connection_id } = first;
  const known = await resumeExport(ResumeBody.parse({ status_url: statusUrl, connection_id }), by);
  expect(known).toMatchObject({ status: "in-progress", fhir_base_url: sandbox.fhirBaseUrl });
});

test("a removed job leaves no rows, no partitions and no files", async () => {
  startWorker();
  const { job_id } = await untilEnded((await kickOffJob(kickOffBody(), by)).job_id);
  expect(await readdir(path.join(bulkDir, job_id))).toHaveLength(3);
  await purgeJob(job_id);
  expect(await readdir(bulkDir)).not.toContain(job_id);
  const { rows } = await database().pool.query(
    "SELECT count(*)::int AS n FROM patients WHERE etl_job_id = $1",
    [job_id],
  );
  expect(rows[0].n).toBe(0);
});

test("a job whose removal was interrupted is not taken for an export, and can be removed", async () => {
  startWorker();
  const { job_id } = await untilEnded((await kickOffJob(kickOffBody(), by)).job_id);
  const interrupted = storePurge(job_id, async () => {
    await dropJob(job_id);
    throw new Error("the process ends here");
  });
  await expect(interrupted).rejects.toThrow("the process ends here");
  expect(await jobDetail(job_id)).toMatchObject({
    status: "cancelled",
    can: { retry: false, purge: true },
  });
  const current = "SELECT count(*)::int AS n FROM current_exports WHERE etl_job_id = $1";
  expect((await database().pool.query(current, [job_id])).rows).toEqual([{ n: 0 }]);
  await purgeJob(job_id);
  await expect(jobDetail(job_id)).rejects.toMatchObject({ code: "not-found" });
});

test("removing a failed job waits for a chunk that is being written, and not the other way round", async () => {
  const { pool } = database();
  const jobId = await jobForTests();
  await prepareJob(jobId);
  await pool.query("UPDATE export_jobs SET stage = 'failed', ended_at = now() WHERE id = $1", [
    jobId,
  ]);
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, url, state, locked_by)
     VALUES (gen_random_uuid(), $1, 1, 'output', 'https://bulk.example.org/1', 'downloaded', 'w')`,
    [jobId],
  );
  // As a load writes: its file first, then rows, then the counters, which also write to job_throughput.
  const load = await pool.connect();
  await load.query("BEGIN");
  await load.query("SELECT FROM export_files WHERE job_id = $1 FOR NO KEY UPDATE", [jobId]);
  await load.query(
    `INSERT INTO patients (etl_job_id, patient_id, id, file_no, line_no, resource)
     VALUES ($1, 'p', 'p', 1, 1, '{}')`,
    [jobId],
  );
  const removed = purgeJob(jobId);
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event_type = 'Lock' AND query ~ 'export_files|DROP'`;
  await vi.waitFor(async () => expect((await pool.query(waits)).rowCount).toBe(1));
  await load.query("SET LOCAL lock_timeout = '5s'");
  await load.query("UPDATE export_files SET lines = 1, loaded_bytes = 9 WHERE job_id = $1", [
    jobId,
  ]);
  await load.query("COMMIT");
  load.release();
  await removed;
  await expect(jobDetail(jobId)).rejects.toMatchObject({ code: "not-found" });
});

async function bearerToken(): Promise<string> {
  const connection = (await listConnections()).find(({ auth }) => auth === "smart");
  return (await authorize(connection?.connection_id ?? "")) as string;
}

test("a bare status URL and a bearer token are enough to go on with an export", async () => {
  const first = await kickOffJob(kickOffBody(), by);
  await database().pool.query("UPDATE export_jobs SET next_run_at = 'infinity' WHERE id = $1", [
    first.job_id,
  ]);
  const body = { status_url: first.status_url, bearer_token: await bearerToken() };
  const resumed = await resumeExport(ResumeBody.parse(body), by);
  expect(resumed.fhir_base_url).toBe(sandbox.fhirBaseUrl);
  startWorker();
  expect(await untilEnded(resumed.job_id)).toMatchObject({
    status: "completed",
    completeness: "complete",
  });
  const connection = await getConnection(resumed.connection_id as string);
  expect(connection).toMatchObject({ auth: "bearer", has_bearer_token: true, key: null });
  const { rows } = await database().pool.query("SELECT c::text AS row FROM connections c");
  expect(rows.map(({ row }) => row).join()).not.toContain(body.bearer_token);
});

test("a bearer token that the server does not take any more is not renewed but asked for", async () => {
  await kickOffJob(kickOffBody(), by);
  const bearer_token = await bearerToken();
  const fhir_server_url = `${sandbox.fhirBaseUrl}/Group/FallonHealth`;
  const started = await kickOffJob(KickOffBody.parse({ fhir_server_url, bearer_token }), by);
  sandbox.revokeTokens();
  startWorker();
  const failed = await untilEnded(started.job_id);
  expect(failed).toMatchObject({ status: "failed", failure: { code: "bearer-refused" } });
  const id = started.connection_id as string;
  // The store of tokens of this process still holds one that was revoked.
  const fresh = await authorize((await smartConnection()) as string, { fresh: true });
  await changeConnection(id, { bearer_token: `Bearer ${fresh}` });
  await retryJob(started.job_id, by);
  expect(await untilEnded(started.job_id)).toMatchObject({ status: "completed" });
});

const smartConnection = async () =>
  (await listConnections()).find(({ auth }) => auth === "smart")?.connection_id;

test("a status URL at another host gets the token only where a person allowed the host", async () => {
  const seen: (string | undefined)[] = [];
  const stranger = createServer((request, response) => {
    seen.push(request.headers.authorization);
    if (!request.headers.authorization) return response.writeHead(401).end();
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ transactionTime: "2026-01-01T00:00:00Z", output: [] }));
  }).listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const host = `127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  try {
    const body = { ...kickOffBody(), status_url: `http://${host}/status/1` };
    const job = await resumeExport(body, by);
    startWorker();
    expect(await untilEnded(job.job_id)).toMatchObject({
      status: "failed",
      failure: { code: "token-host", params: { host } },
    });
    expect(seen.every((sent) => sent === undefined)).toBe(true);
    await changeConnection(job.connection_id as string, { allowed_hosts: [host] });
    await retryJob(job.job_id, by);
    expect(await untilEnded(job.job_id)).toMatchObject({ status: "completed" });
    expect(seen.some((sent) => sent?.startsWith("Bearer "))).toBe(true);
    await changeConnection(job.connection_id as string, { allowed_hosts: [] });
  } finally {
    stranger.close();
  }
});

test("the server is told of an export that failed there, and of a failed job that is removed", async () => {
  const deletes: string[] = [];
  const server = createServer((request, response) => {
    if (request.method === "DELETE") {
      deletes.push(request.url ?? "");
      // An odd answer fails nothing.
      return response.writeHead(500).end("<html>what?</html>");
    }
    const stalled = request.url?.includes("stalled");
    response
      .writeHead(stalled ? 202 : 500, {
        "content-type": "application/json",
        "x-progress": "1 of 9",
      })
      .end(
        JSON.stringify({
          resourceType: "OperationOutcome",
          issue: [{ severity: "error", code: "processing", diagnostics: "It broke" }],
        }),
      );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    startWorker();
    const open = { fhir_server_url: base, use_smart_auth: false };
    const broken = await resumeExport(
      ResumeBody.parse({ ...open, status_url: `${base}/broken` }),
      by,
    );
    expect(await untilEnded(broken.job_id)).toMatchObject({ failure: { code: "export-error" } });
    await vi.waitFor(() => expect(deletes).toEqual(["/broken"]));
    const still = await resumeExport(
      ResumeBody.parse({ ...open, status_url: `${base}/stalled`, stall_hours: 0.0001 }),
      by,
    );
    expect(await untilEnded(still.job_id)).toMatchObject({
      failure: { code: "export-stalled", params: { progress: "1 of 9" } },
    });
    expect(deletes).toEqual(["/broken"]);
    await purgeJob(still.job_id);
    expect(deletes).toEqual(["/broken", "/stalled"]);
  } finally {
    server.close();
  }
});
