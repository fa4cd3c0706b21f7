import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { AttachmentsRequest } from "@/lib/contract/export-request";
import type { JobDetail } from "@/lib/contract/job";
import { serveForTests } from "@/lib/fhir/serve-for-tests";
import { attachmentFile } from "@/lib/store/attachments-of-resource";
import { database } from "@/lib/store/client";
import { exportLogAsNdjson } from "@/lib/store/export-log";
import { freshDatabase, removeJobs } from "@/lib/store/fresh-database";
import { jobForTests } from "@/lib/store/job-for-tests";
import { jobDetail } from "@/lib/store/jobs";
import { seal } from "@/lib/store/secret-box";
import { startSandbox } from "@/sandbox/server";
import { cancelJob, purgeJob, retryJob } from "./commands";
import { stageFunctions } from "./stage-functions";
import { runWorker } from "./worker";

// Attachments from the sandbox: what arrives is compared byte by byte with what its server sends.

const databaseUrl = await freshDatabase();
process.env.LOG_LEVEL = "silent";
process.env.BULK_DIR = await mkdtemp(path.join(tmpdir(), "bulkhouse-attachments-"));
const bulkDir = process.env.BULK_DIR;
const groupId = "HealthNewEngland";
const largeBytes = 300_000;

const open: (() => unknown)[] = [];
beforeAll(() => removeJobs());
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(() => rm(bulkDir, { recursive: true, force: true }));

async function sandboxWith(documents: Record<string, number> = {}) {
  const sandbox = await startSandbox({
    scale: 0.05,
    auth: false,
    documents: { each: 8, largeEvery: 5, largeBytes, ...documents },
  });
  open.push(() => sandbox.close());
  return sandbox;
}

function worker(leaseSeconds = 5, stages = stageFunctions) {
  const stop = new AbortController();
  const ended = runWorker({ signal: stop.signal, concurrency: 3, leaseSeconds, stages });
  const end = async () => {
    stop.abort();
    await ended;
  };
  open.push(end);
  return end;
}

const start = (fhirBaseUrl: string, attachments?: AttachmentsRequest) =>
  jobForTests({
    fhirBaseUrl,
    level: "group",
    groupId,
    request: { resource_types: ["DocumentReference"], attachments },
  });

/** What waits for its next try is due at once. */
async function ended(jobId: string): Promise<JobDetail> {
  for (;;) {
    const job = await jobDetail(jobId);
    if (job.ended_at) return job;
    await database().pool.query(
      "UPDATE export_attachments SET next_run_at = now() WHERE locked_by IS NULL",
    );
    await sleep(50);
  }
}

const all: AttachmentsRequest = { max_bytes: 20 * 1024 * 1024 };

test("every attachment is here, byte for byte, and those that the server lacks are told by name", async () => {
  const sandbox = await sandboxWith({ missingEvery: 6 });
  worker();
  const job = await ended(await start(sandbox.fhirBaseUrl, all));
  const expected = sandbox.expectedAttachments(groupId).filter(({ url }) => url !== null);
  const missing = expected.filter((one) => one.missing);
  const there = expected.filter((one) => !one.missing);
  expect(missing.length).toBeGreaterThan(0);
  expect(job).toMatchObject({
    status: "completed",
    completeness: "incomplete",
    warning_code: "attachments-failed",
    can: { retry: true },
    attachments: {
      found: expected.length,
      pending: 0,
      downloaded: there.length,
      left: 0,
      failed: missing.length,
      bytes: there.reduce((sum, { size }) => sum + size, 0),
    },
  });
  // All rows of the documents themselves are here.
  const { DocumentReference } = await sandbox.expectedCounts(groupId);
  expect(job.totals).toMatchObject({ accepted: DocumentReference, rejected: 0, files_failed: 0 });
  expect(new Set(job.attachments_failed.map(({ error }) => error.code))).toEqual(
    new Set(["attachment-gone"]),
  );
  expect(job.attachments_failed.map(({ id }) => id).sort()).toEqual(
    missing
      .map(({ documentId }) => documentId)
      .sort()
      .slice(0, 100),
  );
  for (const { documentId, url, contentType } of there) {
    const file = await attachmentFile({
      job: job.job_id,
      type: "DocumentReference",
      id: documentId,
      place: 0,
    });
    expect(file.contentType).toBe(contentType);
    const own = await readFile(path.join(bulkDir, file.path));
    const theirs = Buffer.from(await (await fetch(url ?? "")).arrayBuffer());
    expect(own.equals(theirs)).toBe(true);
    expect(file.sizeBytes).toBe(theirs.length);
  }
  const log = (await new Response(await exportLogAsNdjson(job.job_id)).text()).trim().split("\n");
  expect(log.map((line) => JSON.parse(line)).at(-1)).toMatchObject({
    eventId: "export_complete",
    eventDetail: { attachments: there.length, files: job.totals.files },
  });
}, 60_000);

test("a retry fetches the missing attachments alone", async () => {
  const sandbox = await sandboxWith();
  worker();
  const gone = await ended(await start(sandbox.fhirBaseUrl, all));
  const { pool } = database();
  // As if the server had lacked three of them.
  const { rows } = await pool.query<{ id: string; url: string }>(
    `UPDATE export_attachments SET state = 'failed', error_code = 'attachment-gone',
       error_message = 'gone', path = NULL
     WHERE id IN (SELECT id FROM export_attachments WHERE job_id = $1 LIMIT 3) RETURNING id, url`,
    [gone.job_id],
  );
  await pool.query("UPDATE export_jobs SET warning = 'attachments-failed' WHERE id = $1", [
    gone.job_id,
  ]);
  const before = sandbox.requests.length;
  await retryJob(gone.job_id, { label: "somebody@example.org" });
  const job = await ended(gone.job_id);
  expect(job).toMatchObject({
    status: "completed",
    completeness: gone.completeness,
    warning: null,
    totals: gone.totals,
    attachments: gone.attachments,
    can: { retry: false },
  });
  const asked = sandbox.requests.slice(before).filter(({ method }) => method === "GET");
  expect(asked.map(({ url: at }) => at).sort()).toEqual(rows.map(({ url }) => url).sort());
}, 60_000);

test("without the wish they are counted and left", async () => {
  const sandbox = await sandboxWith();
  worker();
  const job = await ended(await start(sandbox.fhirBaseUrl));
  const found = sandbox.expectedAttachments(groupId).filter(({ url }) => url !== null).length;
  expect(job.attachments).toMatchObject({ found, left: found, downloaded: 0, failed: 0, bytes: 0 });
  expect(job).toMatchObject({ status: "completed", warning: null, attachments_failed: [] });
  expect(sandbox.requests.some(({ url: at }) => /\/(Binary|attachments)\//.test(at))).toBe(false);
  expect(await readdir(path.join(bulkDir, job.job_id))).not.toContain("attachments");
}, 60_000);

test("what is too large or of another type is left by name, also where the server lies about a size", async () => {
  const sandbox = await sandboxWith();
  worker();
  const limits = { max_bytes: largeBytes - 1, content_types: ["text/"] };
  const expected = sandbox.expectedAttachments(groupId).filter(({ url }) => url !== null);
  const other = expected.filter(({ contentType }) => !contentType.startsWith("text/")).length;
  const large = expected.filter(
    ({ contentType, size }) => contentType.startsWith("text/") && size >= largeBytes,
  ).length;
  expect([other, large].every((count) => count > 0)).toBe(true);
  const job = await ended(await start(sandbox.fhirBaseUrl, limits));
  expect(job.attachments).toMatchObject({
    found: expected.length,
    left: other + large,
    left_other_type: other,
    left_too_large: large,
    downloaded: expected.length - other - large,
    failed: 0,
  });
  sandbox.faults = { attachmentBytes: largeBytes };
  const lied = await ended(await start(sandbox.fhirBaseUrl, limits));
  expect(lied.attachments).toMatchObject({
    left: expected.length,
    left_other_type: other,
    left_too_large: expected.length - other,
    bytes: 0,
  });
  expect(lied.warning).toBeNull();
}, 60_000);

test("answers of 429 and 500 pass; the job ends with all of them", async () => {
  const sandbox = await sandboxWith();
  sandbox.faults = { attachment429: 2, attachment500: 2, retryAfterSeconds: 1 };
  worker();
  const job = await ended(await start(sandbox.fhirBaseUrl, all));
  const found = sandbox.expectedAttachments(groupId).filter(({ url }) => url !== null).length;
  expect(job.attachments).toMatchObject({ found, downloaded: found, failed: 0 });
}, 60_000);

test("workers that die in the middle leave nothing twice and nothing out; a removal leaves nothing", async () => {
  const sandbox = await sandboxWith();
  const found = sandbox.expectedAttachments(groupId).filter(({ url }) => url !== null);
  const jobId = await start(sandbox.fhirBaseUrl, all);
  const { pool } = database();
  const fetched = async () => {
    const { rows } = await pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM export_attachments WHERE job_id = $1 AND state = 'downloaded'",
      [jobId],
    );
    return rows[0]?.n ?? 0;
  };
  let end = worker(1);
  for (let share = 1; share <= 3; share += 1) {
    while ((await fetched()) < (found.length * share) / 5) await sleep(5);
    // What a kill leaves: leases that nobody gives back.
    const taken = await pool.query(
      `UPDATE export_attachments SET locked_by = 'a dead worker', locked_until = now() + interval '1 s'
       WHERE id IN (SELECT id FROM export_attachments WHERE job_id = $1 AND state = 'pending'
         AND locked_by IS NOT NULL)`,
      [jobId],
    );
    expect(taken.rowCount).toBeGreaterThan(0);
    await end();
    end = worker(1);
  }
  const job = await ended(jobId);
  expect(job.attachments).toMatchObject({ found: found.length, downloaded: found.length });
  const files = async () =>
    (await readdir(path.join(bulkDir, jobId), { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile() && entry.parentPath.includes(path.join(jobId, "attachments")),
    );
  expect((await files()).map(({ name }) => name.includes(".part-"))).toEqual(
    found.map(() => false),
  );
  await purgeJob(jobId);
  expect(await readdir(bulkDir)).not.toContain(jobId);
  const { rows } = await pool.query("SELECT FROM export_attachments WHERE job_id = $1", [jobId]);
  expect(rows).toEqual([]);
}, 60_000);

test("a worker killed with SIGKILL in the middle, again and again: every attachment is whole in the end", async () => {
  const sandbox = await sandboxWith({ each: 24 });
  const found = sandbox.expectedAttachments(groupId).filter(({ url }) => url !== null);
  const jobId = await start(sandbox.fhirBaseUrl, all);
  const begin = () =>
    spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        "--eval",
        'import("./start/worker.ts").then((worker) => worker.default())',
      ],
      {
        cwd: path.resolve(import.meta.dirname, "../.."),
        env: {
          ...process.env,
          DATABASE_URL: databaseUrl,
          BULK_DIR: bulkDir,
          WORKER_LEASE_SECONDS: "1",
          WORKER_CONCURRENCY: "3",
        },
        stdio: "ignore",
      },
    );
  let child = begin();
  open.push(() => child.kill("SIGKILL"));
  const downloaded = async () => (await jobDetail(jobId)).attachments?.downloaded ?? 0;
  for (const share of [0.1, 0.4, 0.7]) {
    while ((await downloaded()) < found.length * share) await sleep(5);
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    expect(await downloaded()).toBeLessThan(found.length);
    child = begin();
  }
  const job = await ended(jobId);
  expect(job.attachments).toMatchObject({ found: found.length, downloaded: found.length });
  for (const { documentId: id, size } of found) {
    const file = await attachmentFile({ job: jobId, type: "DocumentReference", id, place: 0 });
    const { length } = await readFile(path.join(bulkDir, file.path));
    expect([file.sizeBytes, length]).toEqual([size, size]);
  }
}, 120_000);

test("what is still fetched of a job that was removed meanwhile does not stay", async () => {
  const sandbox = await sandboxWith();
  const before = (await readdir(bulkDir)).sort();
  const jobId = await start(sandbox.fhirBaseUrl, all);
  let removals = 0;
  const end = worker(5, {
    ...stageFunctions,
    admitAddress: async (...asked) => {
      if (removals === 0) {
        removals += 1;
        await cancelJob(jobId, { label: "somebody@example.org" });
        await purgeJob(jobId);
      }
      return stageFunctions.admitAddress(...asked);
    },
  });
  const fetched = () => sandbox.requests.some(({ url }) => url.includes("/Binary/"));
  await vi.waitUntil(fetched, { timeout: 30_000, interval: 10 });
  // Once another job is done, so is what was begun of this one.
  const another = await ended(await start(sandbox.fhirBaseUrl, all));
  await end();
  expect(removals).toBe(1);
  expect((await readdir(bulkDir)).sort()).toEqual([...before, another.job_id].sort());
  const { rows } = await database().pool.query(
    "SELECT relname FROM pg_class WHERE relname LIKE '%' || $1 || '%'",
    [jobId.replaceAll("-", "")],
  );
  expect(rows).toEqual([]);
}, 60_000);

test("a cancelled job asks for no more attachments", async () => {
  const sandbox = await sandboxWith();
  const jobId = await start(sandbox.fhirBaseUrl, all);
  worker();
  const seen = () => sandbox.requests.filter(({ url: at }) => at.includes("/Binary/")).length;
  while (seen() === 0) await sleep(2);
  await cancelJob(jobId, { label: "somebody@example.org" });
  // What was under way is still answered; before another job is done, that is over.
  const another = await sandboxWith();
  await ended(await start(another.fhirBaseUrl, all));
  const before = seen();
  const found = sandbox.expectedAttachments(groupId).filter(({ url }) => url !== null);
  expect(before).toBeLessThan(found.length);
  await ended(await start(another.fhirBaseUrl, all));
  expect(seen()).toBe(before);
  expect((await jobDetail(jobId)).status).toBe("cancelled");
}, 60_000);

test("a relative address is the FHIR server's, a Binary as JSON is decoded, another host is asked once allowed", async () => {
  const tokens: [string, string | undefined][] = [];
  const elsewhere = await serveForTests((request, response) => {
    tokens.push(["elsewhere", request.headers.authorization]);
    response.writeHead(200, { "content-type": "application/pdf" }).end("%PDF elsewhere");
  });
  const attachments = [
    { contentType: "text/plain", url: "Binary/1" },
    { contentType: "application/pdf", url: `${elsewhere}/a.pdf` },
    { contentType: "text/html", url: "Binary/page" },
    { contentType: "application/pdf", url: "Binary/page" },
    { url: "ftp://example.org/a" },
    { contentType: "text/plain", data: "aGVyZQ==" },
  ];
  const rows = [
    {
      resourceType: "DocumentReference",
      id: "d1",
      subject: { reference: "Patient/p1" },
      content: attachments.map((attachment) => ({ attachment })),
    },
    { resourceType: "DiagnosticReport", id: "r1", presentedForm: [{ url: "Binary/1" }] },
    { resourceType: "Media", id: "m1", content: { url: "Binary/1", contentType: "Image/PNG" } },
    { resourceType: "DocumentReference", id: "d2", content: "not a list" },
    { resourceType: "DocumentReference", id: "d3", content: [7, { attachment: "x" }] },
  ];
  const base: string = await serveForTests((request, response) => {
    const at = request.url ?? "";
    const json = (body: unknown, headers = {}) =>
      response
        .writeHead(200, { "content-type": "application/fhir+json", ...headers })
        .end(JSON.stringify(body));
    if (at.includes("$export"))
      return response.writeHead(202, { "content-location": `${base}/status` }).end();
    if (at === "/status")
      return request.method === "DELETE"
        ? response.writeHead(202).end()
        : json({
            transactionTime: "2026-11-01T00:00:00Z",
            request: base,
            requiresAccessToken: true,
            output: ["DocumentReference", "DiagnosticReport", "Media"].map((type) => ({
              type,
              url: `${base}/${type}.ndjson`,
            })),
            error: [],
          });
    if (request.headers.authorization !== "Bearer by-hand") return response.writeHead(401).end();
    if (at.endsWith(".ndjson"))
      return response.writeHead(200, { "content-type": "application/fhir+ndjson" }).end(
        rows
          .filter(({ resourceType }) => at === `/${resourceType}.ndjson`)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(""),
      );
    if (at === "/Binary/page")
      return response.writeHead(200, { "content-type": "text/html" }).end("<p>a page</p>");
    tokens.push([at, request.headers.authorization]);
    json({
      resourceType: "Binary",
      contentType: "text/plain",
      data: Buffer.from("a note").toString("base64"),
    });
  });
  const jobId = await start(base, all);

  await database().pool.query(
    `UPDATE connections SET auth = 'bearer', bearer_token_encrypted = $2 WHERE fhir_base_url = $1`,
    [base, seal("by-hand")],
  );
  worker();
  const refused = await ended(jobId);
  expect(tokens.filter(([where]) => where === "elsewhere")).toEqual([]);
  expect(refused.attachments).toMatchObject({ found: 7, downloaded: 4, failed: 3 });
  expect(refused.attachments_failed[0]).toMatchObject({
    place: 1,
    error: { code: "attachment-host" },
  });
  await database().pool.query(
    `UPDATE connections SET allowed_hosts = $2 WHERE fhir_base_url = $1`,
    [base, [new URL(elsewhere).host]],
  );
  await retryJob(jobId, { label: "somebody@example.org" });
  const job = await ended(jobId);
  expect(job.attachments).toMatchObject({ found: 7, downloaded: 5, failed: 2 });
  const text = async (type: string, id: string, place: number) => {
    const file = await attachmentFile({ job: jobId, type, id, place });
    return [file.contentType, await readFile(path.join(bulkDir, file.path), "utf8")];
  };
  expect(await text("DocumentReference", "d1", 0)).toEqual(["text/plain", "a note"]);
  expect(await text("DocumentReference", "d1", 1)).toEqual(["application/pdf", "%PDF elsewhere"]);
  expect(await text("DocumentReference", "d1", 2)).toEqual(["text/html", "<p>a page</p>"]);
  expect(await text("DiagnosticReport", "r1", 0)).toEqual(["text/plain", "a note"]);
  expect(await text("Media", "m1", 0)).toEqual(["image/png", "a note"]);
  expect(job.attachments_failed.map(({ place, error }) => [place, error.code])).toEqual([
    [3, "attachment-not-document"],
    [4, "url-invalid"],
  ]);
  expect(tokens.filter(([at]) => at === "elsewhere")).toEqual([["elsewhere", undefined]]);
  expect(tokens.filter(([at]) => at === "/Binary/1")).toHaveLength(3);
}, 60_000);
