import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { fetchFile } from "@/lib/download/fetch-file";
import { loadFile } from "@/lib/load/load-file";
import { loadFiles } from "@/lib/load/load-files";
import { prepareJob } from "@/lib/load/prepare-job";
import { restartLoad } from "@/lib/load/restart-load";
import { settleJob } from "@/lib/load/settle-job";
import { database } from "@/lib/store/client";
import { freshDatabase, removeJobs } from "@/lib/store/fresh-database";
import { jobForTests } from "@/lib/store/job-for-tests";
import { storeCancel } from "@/lib/store/job-orders";
import { jobDetail } from "@/lib/store/jobs";
import type { StageFunctions } from "./advance-job";
import { purgeJob } from "./commands";
import { runWorker } from "./worker";

// Loading while a file downloads, against a server of this file that cuts, resumes and changes what it
// sends. However it goes, the rows must be those of a download that nobody disturbed.

await freshDatabase();
process.env.LOG_LEVEL = "silent";
process.env.BULK_DIR = await mkdtemp(path.join(tmpdir(), "bulkhouse-overlap-"));
const bulkDir = process.env.BULK_DIR;
afterAll(() => rm(bulkDir, { recursive: true, force: true }));

const mega = 1024 * 1024;

/** About 24 MB: patients of about 1 KB; every thousandth line is broken, some repeat the first. */
const contentOf = (version: string) =>
  Buffer.from(
    Array.from({ length: 24_000 }, (_, n) =>
      n % 1000 === 999
        ? "{broken\n"
        : `${JSON.stringify({
            resourceType: "Patient",
            id: n % 5000 === 4998 ? "p0" : `p${n}`,
            gender: version === "one" ? "female" : "male",
            text: { div: version.padEnd(940 + (n % 7), "é") },
          })}\n`,
    ).join(""),
  );
const one = contentOf("one");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await removeJobs();
});

/** Answers the n-th request for the file with the n-th answer; the last one goes on. */
async function serve(...answers: Answer[]) {
  const asked: { range: string | undefined; ifRange: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] as Answer;
    const ifRange = request.headers["if-range"];
    asked.push({ range: request.headers.range, ifRange: ifRange as string | undefined });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/1.ndjson`, asked };
}

const type = { "Content-Type": "application/fhir+ndjson" };
const whole =
  (content: Buffer, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(200, { ...type, ...headers, "Content-Length": content.length }).end(content);
  };

/** Sends the first bytes, waits until `when` is true, and cuts the connection. */
const cut =
  (
    content: Buffer,
    bytes: number,
    when: () => Promise<boolean>,
    headers: Record<string, string> = {},
  ): Answer =>
  async (_request, response) => {
    response.writeHead(200, { ...type, ...headers, "Content-Length": content.length });
    response.write(content.subarray(0, bytes));
    while (!(await when())) await sleep(20);
    response.destroy();
  };

/** As RFC 9110 has it: the rest where the version is still the same, else all of it. */
const ranges =
  (content: Buffer, etag: string): Answer =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1]);
    if (!request.headers.range || request.headers["if-range"] !== etag) {
      return whole(content, { ETag: etag })(request, response);
    }
    response
      .writeHead(206, {
        ...type,
        ETag: etag,
        "Content-Length": content.length - from,
        "Content-Range": `bytes ${from}-${content.length - 1}/${content.length}`,
      })
      .end(content.subarray(from));
  };

const restarted = vi.fn(restartLoad);

function startWorker(url: string) {
  const stages: StageFunctions = {
    admitAddress: async () => {},
    authorize: async () => null,
    kickOff: async () => ({ statusUrl: `${url}/status`, requestUrl: `${url}/$export` }),
    checkStatus: async () => ({
      state: "ready",
      raw: {},
      manifest: {
        transactionTime: null,
        requiresAccessToken: false,
        output: [{ type: "Patient", url, count: null }],
        error: [],
        deleted: [],
        nextUrl: null,
      },
    }),
    deleteExport: async () => ({ deleted: true, status: 202, reason: null }),
    fetchFile,
    prepareJob,
    loadFile,
    loadFiles,
    restartLoad: restarted,
    settleJob,
  };
  restarted.mockClear();
  const stop = new AbortController();
  const ended = runWorker({ signal: stop.signal, concurrency: 2, leaseSeconds: 5, stages });
  const end = async () => {
    stop.abort();
    await ended;
  };
  closing.push(end);
  return end;
}

const sumOf = async (column: "loaded_bytes" | "size_bytes") =>
  (
    await database().pool.query<{ n: number }>(
      `SELECT coalesce(sum(${column}), 0)::float8 AS n FROM export_files`,
    )
  ).rows[0]?.n ?? 0;
const loadedBytes = () => sumOf("loaded_bytes");

async function untilEnded(jobId: string) {
  return await vi.waitUntil(
    async () => {
      const job = await jobDetail(jobId);
      return job.ended_at !== null && job;
    },
    { timeout: 50_000, interval: 50 },
  );
}

/** What must be the same however the file came, without what names the job. */
async function rowsOf(jobId: string) {
  const { pool } = database();
  const rows = await pool.query(
    `SELECT count(*)::int AS rows,
       md5(string_agg((to_jsonb(p) - 'etl_job_id')::text, E'\\n' ORDER BY id)) AS md5
     FROM patients p WHERE etl_job_id = $1`,
    [jobId],
  );
  const files = await pool.query(
    `SELECT state, path LIKE '%.part-%' AS part, size_bytes, loaded_bytes, lines, accepted,
       duplicates, rejected FROM export_files WHERE job_id = $1`,
    [jobId],
  );
  const rejected = await pool.query(
    "SELECT line_no, byte_offset, reason_code FROM rejected_lines WHERE job_id = $1 ORDER BY 1",
    [jobId],
  );
  return { rows: rows.rows, files: files.rows, rejected: rejected.rows };
}

async function undisturbed(content: Buffer) {
  const { url } = await serve(whole(content));
  const jobId = await jobForTests();
  const end = startWorker(url);
  await untilEnded(jobId);
  await end();
  const rows = await rowsOf(jobId);
  await removeJobs();
  return rows;
}

test("a file is loaded while it downloads, and a cancel then stops both", async () => {
  let goOn = false;
  const { url } = await serve((_request, response) => {
    response.writeHead(200, type).write(one.subarray(0, 12 * mega));
    const timer = setInterval(() => {
      if (!goOn) return;
      clearInterval(timer);
      response.end(one.subarray(12 * mega));
    }, 20);
  });
  const jobId = await jobForTests();
  startWorker(url);
  const during = await vi.waitUntil(
    async () => {
      const job = await jobDetail(jobId);
      return job.totals.lines > 0 && job;
    },
    { timeout: 30_000, interval: 20 },
  );
  expect(during).toMatchObject({ stage: "download", files: [{ state: "downloading" }] });
  expect(during.progress).toMatch(/^Downloading: 0 of 1 file, [\d,]+ records$/);
  expect(during.records_loaded).toBeGreaterThan(0);
  goOn = true;
  expect(await untilEnded(jobId)).toMatchObject({ status: "completed" });
  expect(await rowsOf(jobId)).toMatchObject({
    files: [{ state: "loaded", part: false, lines: "24000", rejected: "24", duplicates: "4" }],
  });
  expect(await readdir(path.join(bulkDir, jobId))).toEqual(["0001.output.Patient.ndjson"]);

  goOn = false;
  const other = await jobForTests();
  await vi.waitUntil(async () => (await jobDetail(other)).totals.lines > 0, { timeout: 30_000 });
  await storeCancel(other, "somebody");
  await vi.waitUntil(
    async () => (await readdir(path.join(bulkDir, other))).every((name) => name.includes(".part-")),
    { timeout: 10_000 },
  );
  expect(await jobDetail(other)).toMatchObject({ status: "cancelled" });
  await purgeJob(other);
  await expect(readdir(path.join(bulkDir, other))).rejects.toThrow("ENOENT");
}, 90_000);

test.each<[name: string, next: Answer, range: boolean, restarts: number]>([
  ["that knows no ranges, sends the same again", whole(one), false, 0],
  ["goes on where it was cut", ranges(one, '"1"'), true, 0],
  ["sends the whole file though asked for the rest", whole(one, { ETag: '"1"' }), true, 0],
  ["sends another version of the file", ranges(contentOf("two"), '"2"'), true, 1],
  ["sends other bytes without a word", whole(contentOf("two")), false, 1],
])(
  "a server that cuts the connection, and then %s: the rows are those of an undisturbed run",
  async (_name, next, range, restarts) => {
    const { url, asked } = await serve(
      cut(
        one,
        20 * mega,
        async () => (await loadedBytes()) > 8 * mega,
        range ? { ETag: '"1"' } : {},
      ),
      next,
    );
    const jobId = await jobForTests();
    const end = startWorker(url);
    expect(await untilEnded(jobId)).toMatchObject({ status: "completed" });
    await end();
    const rows = await rowsOf(jobId);
    expect(restarted).toHaveBeenCalledTimes(restarts);
    expect(asked.map((request) => request.range !== undefined)).toEqual([false, range]);
    expect(await readdir(path.join(bulkDir, jobId))).toEqual(["0001.output.Patient.ndjson"]);
    await removeJobs();
    expect(rows).toEqual(await undisturbed(restarts > 0 ? contentOf("two") : one));
  },
  90_000,
);

test("a file that is cut again and again comes in the end, piece by piece", async () => {
  const part =
    (to: number): Answer =>
    (request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const headers = {
        ...type,
        ETag: '"1"',
        "Content-Length": one.length - from,
        ...(from > 0 ? { "Content-Range": `bytes ${from}-${one.length - 1}/${one.length}` } : {}),
      };
      response.writeHead(from > 0 ? 206 : 200, headers).write(one.subarray(from, to));
      // Until it has come, as the row tells.
      const come = async () => (await sumOf("size_bytes")) >= to;
      void vi.waitUntil(come, { timeout: 30_000, interval: 20 }).then(() => response.destroy());
    };
  const { url, asked } = await serve(
    part(6 * mega),
    part(10 * mega),
    part(19 * mega),
    ranges(one, '"1"'),
  );
  const jobId = await jobForTests();
  const end = startWorker(url);
  expect(await untilEnded(jobId)).toMatchObject({ status: "completed" });
  await end();
  const rows = await rowsOf(jobId);
  expect(restarted).not.toHaveBeenCalled();
  expect(asked).toHaveLength(4);
  await removeJobs();
  expect(rows).toEqual(await undisturbed(one));
}, 90_000);
