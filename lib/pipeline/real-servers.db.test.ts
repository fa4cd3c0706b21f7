import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { KickOffBody } from "@/lib/contract/export-request";
import { database } from "@/lib/store/client";
import { publishedKeySet } from "@/lib/store/connection-keys";
import { getConnection } from "@/lib/store/connections";
import { freshDatabase, removeJobs } from "@/lib/store/fresh-database";
import { jobDetail } from "@/lib/store/jobs";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import { cancelJob, kickOffJob } from "./commands";
import { createConnection, rotateConnectionKey } from "./connection-commands";
import { runWorker } from "./worker";

// Servers as they are: each difference alone and some in pairs. What ends well ends with exactly the
// rows of an undisturbed run.

await freshDatabase();
process.env.LOG_LEVEL = "silent";
process.env.ENCRYPTION_KEY = "a key for this test alone, of no use elsewhere";
const bulkDir = await mkdtemp(path.join(tmpdir(), "bulkhouse-servers-"));
process.env.BULK_DIR = bulkDir;

const by = { label: "test@example.org" };
const group = "FallonHealth";
const types = ["Patient", "Condition", "Encounter"] as const;
let sandbox: Sandbox;
/** Another one, where no export of other tests is left. */
let empty: Sandbox;
let stop: AbortController;
let running: Promise<void>;

beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.05 });
  empty = await startSandbox({ scale: 0.05, auth: false });
});
afterAll(async () => {
  await sandbox.close();
  await empty.close();
  await rm(bulkDir, { recursive: true, force: true });
});
beforeEach(async () => {
  sandbox.faults = {};
  await removeJobs();
  stop = new AbortController();
  running = runWorker({ signal: stop.signal, concurrency: 3, leaseSeconds: 5 });
});
afterEach(async () => {
  stop.abort();
  await running;
});

function body(change: Record<string, unknown> = {}) {
  const client = sandbox.clients[0];
  return KickOffBody.parse({
    fhir_server_url: `${sandbox.fhirBaseUrl}/Group/${group}`,
    resource_types: [...types],
    client_id: client?.clientId,
    private_key: JSON.stringify(client?.privateKey),
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

async function rowsOf(jobId: string) {
  const { rows } = await database().pool.query<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM patients WHERE etl_job_id = $1) AS "Patient",
       (SELECT count(*)::int FROM conditions WHERE etl_job_id = $1) AS "Condition",
       (SELECT count(*)::int FROM encounters WHERE etl_job_id = $1) AS "Encounter"`,
    [jobId],
  );
  return rows[0];
}

const run = async (change: Record<string, unknown> = {}) =>
  untilEnded((await kickOffJob(body(change), by)).job_id);

test.each<[string, Sandbox["faults"]]>([
  ["speaks version 1", { dialect: "v1" }],
  ["speaks version 2", { dialect: "v2" }],
  ["speaks version 3", { dialect: "v3" }],
  ["speaks version 4", { dialect: "v4" }],
  ["takes repeated lists alone", { lists: "repeated" }],
  ["takes comma lists alone", { lists: "comma" }],
  ["takes POST alone", { kickoffMethod: "POST" }],
  ["takes GET alone", { kickoffMethod: "GET" }],
  ["answers a kick-off with 429", { kickoff429: 1, retryAfterSeconds: 1 }],
  ["answers a kick-off with 503", { kickoff503: 1 }],
  ["names its status by a path", { contentLocation: "relative" }],
  ["tells the export's status beside its own", { separateStatus: "always" }],
  ["gives tokens of two seconds", { tokenSeconds: 2 }],
  ["writes expires_in as text", { expiresIn: "string" }],
  ["leaves expires_in out", { expiresIn: "missing" }],
  ["knows scopes of version 1 alone", { scopeVersion: "v1" }],
  ["knows scopes of version 2 alone", { scopeVersion: "v2" }],
  ["has no smart-configuration", { smartConfiguration: "missing" }],
  ["tells the token endpoint alone", { smartConfiguration: "bare" }],
  ["answers polls with a transient outcome", { status500: 2 }],
  ["answers polls with 429", { status429: 2, retryAfterSeconds: 1 }],
  ["answers polls with a page of its gateway", { status502: 2 }],
  ["answers polls with 503", { status503: 1, retryAfterSeconds: 1 }],
  ["answers polls with 504", { status504: 1 }],
  ["writes Retry-After as a date", { status429: 1, retryAfterForm: "date", preparationMs: 1_500 }],
  ["writes Retry-After as seconds since 1970", { status429: 1, retryAfterForm: "epoch" }],
  ["writes Retry-After as milliseconds since 1970", { status429: 1, retryAfterForm: "epochMs" }],
  ["leaves Retry-After out", { preparationMs: 1_500, retryAfterForm: "missing" }],
  ["sends polls elsewhere", { redirect: ["status"] }],
  ["answers a poll with its proxy's page", { html: ["status"], htmlTimes: 1 }],
  ["answers DELETE oddly", { deleteStatus: 500 }],
  ["leaves error out", { manifestWithout: ["error"] }],
  ["leaves deleted, request and the time out", { manifestWithout: ["deleted", "request"] }],
  ["leaves counts out", { manifestWithout: ["count"] }],
  ["adds fields that no version knows", { unknownFields: true }],
  ["writes links from the root", { links: "rooted" }],
  ["writes links relative to the status", { links: "relative" }],
  ["pages its manifest", { manifestPage: 1 }],
  ["splits a type into files", { resourcesPerFile: 20 }],
  ["warns of something", { outcomes: [{ severity: "warning", text: "hm" }] }],
  ["repeats lists and pages", { lists: "repeated", manifestPage: 2, status429: 1 }],
  ["is version 4 and forgets tokens", { dialect: "v4", unauthorized: 1, status502: 1 }],
])("a server that %s gives exactly the rows of an undisturbed run", async (_what, faults) => {
  sandbox.faults = faults;
  const job = await run();
  expect(job.error).toBeNull();
  expect(job.status).toBe("completed");
  expect(job.completeness).not.toBe("incomplete");
  sandbox.faults = {};
  expect(await rowsOf(job.job_id)).toEqual(await sandbox.expectedCounts(group, [...types]));
});

test.each<[string, Sandbox["faults"], string, Record<string, unknown>?]>([
  ["reports the export's failure", { exportError: "It broke" }, "export-error"],
  ["names no status", { contentLocation: "missing" }, "kickoff-no-status-url"],
  [
    "stands still",
    { stalled: true, xProgress: "1 of 9" },
    "export-stalled",
    { stall_hours: 0.0004 },
  ],
  [
    "takes longer than allowed",
    { stalled: true, xProgress: "" },
    "export-over-limit",
    { limit_hours: 0.0004, stall_hours: 1 },
  ],
])("a server that %s ends the job with that reason", async (_what, faults, code, change) => {
  sandbox.faults = faults;
  const started = await kickOffJob(body(change), by).catch((error) => error);
  const ended = started.job_id ? (await untilEnded(started.job_id)).failure?.code : started.code;
  expect(ended).toBe(code);
});

test.each<[string, "complete" | "incomplete"]>([
  ["information", "complete"],
  ["warning", "complete"],
  ["error", "incomplete"],
  ["fatal", "incomplete"],
])("an outcome of severity %s leaves the export %s", async (severity, completeness) => {
  sandbox.faults = { outcomes: [{ severity: severity as "error", text: "about it" }] };
  const job = await run();
  expect(job).toMatchObject({ status: "completed", completeness, outcomes: [{ severity }] });
});

test("an export without anything in it is a complete answer with a question", async () => {
  sandbox.faults = { emptyOutput: true };
  expect(await run()).toMatchObject({ status: "completed", warning_code: "empty-group" });
});

test("what a server told by refusing is remembered with the connection", async () => {
  sandbox.faults = { lists: "repeated" };
  const { connection_id } = await run();
  expect(await getConnection(connection_id as string)).toMatchObject({
    dialect: "repeat",
    dialect_source: "refusal",
  });
});

const inEmptyGroup = () =>
  KickOffBody.parse({
    fhir_server_url: `${empty.fhirBaseUrl}/Group/${group}`,
    resource_types: [...types],
    use_smart_auth: false,
  });

test("one export at a time: the second waits its turn and comes after the first is deleted", async () => {
  empty.faults = { exportsAtOnce: 1, exportsUntilDeleted: true, retryAfterSeconds: 1 };
  const first = await kickOffJob(inEmptyGroup(), by);
  const second = await kickOffJob(inEmptyGroup(), by);
  expect(second.failure?.code ?? null).toBe(first.ended_at ? null : "rate-limited");
  expect(await untilEnded(first.job_id)).toMatchObject({ status: "completed" });
  expect(await untilEnded(second.job_id)).toMatchObject({ status: "completed" });
});

test("a cancelled export gives its place at the server free", async () => {
  empty.faults = { exportsAtOnce: 1, exportsUntilDeleted: true, preparationMs: 60_000 };
  const first = await kickOffJob(inEmptyGroup(), by);
  await cancelJob(first.job_id, by);
  const second = await kickOffJob(inEmptyGroup(), by);
  expect(second).toMatchObject({ status: "in-progress", failure: null });
  await cancelJob(second.job_id, by);
});

test("a token given by hand opens a server that knows no other", async () => {
  sandbox.faults = { bearerToken: "by-hand" };
  const job = await run({ bearer_token: "by-hand", client_id: undefined, private_key: undefined });
  expect(job.status).toBe("completed");
  expect(await rowsOf(job.job_id)).toEqual(await sandbox.expectedCounts(group, [...types]));
});

test("a server that reads our published keys lets us in, before and after the key is rotated", async () => {
  const published = createServer(async (_request, response) => {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(await publishedKeySet()));
  }).listen(0, "127.0.0.1");
  await once(published, "listening");
  const port = (published.address() as AddressInfo).port;
  const jwksUrl = `http://127.0.0.1:${port}/.well-known/jwks.json`;
  try {
    const registered = await fetch(`${sandbox.url}/auth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jwks_url: jwksUrl }),
    });
    const { client_id } = (await registered.json()) as { client_id: string };
    const { connection_id } = await createConnection(
      {
        auth: "smart",
        fhir_base_url: sandbox.fhirBaseUrl,
        make_key: "RS384",
        jwks_url: jwksUrl,
        client_id,
      },
      by,
    );
    const ours = { connection_id, client_id: undefined, private_key: undefined };
    expect(await run(ours)).toMatchObject({ status: "completed" });
    await database().pool.query(
      "UPDATE connection_keys SET published_at = published_at - interval '10 minutes'",
    );
    await rotateConnectionKey(connection_id);
    expect(await run(ours)).toMatchObject({ status: "completed" });
  } finally {
    published.close();
  }
});
