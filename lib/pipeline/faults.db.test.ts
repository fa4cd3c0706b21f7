import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { ExportRequest } from "@/lib/contract/export-request";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { database } from "@/lib/store/client";
import { createConnection } from "@/lib/store/connections";
import { createJobs } from "@/lib/store/create-job";
import { dataTables } from "@/lib/store/data-tables";
import { freshDatabase } from "@/lib/store/fresh-database";
import { jobDetail } from "@/lib/store/jobs";
import { FaultSettings } from "@/sandbox/fault-settings";
import type { ResourceType } from "@/sandbox/population/resource-types";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import { purgeJob, retryJob } from "./commands";
import { toConnectionKey } from "./connection-commands";
import { runWorker } from "./worker";

// Every fault of the sandbox, alone and in pairs, against the whole pipeline: it ends with exactly the
// rows of an undisturbed run, or with the right error and everything that did arrive. Waiting is a time
// in a row, so the test hurries by setting it to now; how long is waited for what, next-try.test.ts and
// retry-after.test.ts show. FAULT_PAIRS=all: every pair instead of a selection.

await freshDatabase();
process.env.LOG_LEVEL = "silent";
process.env.HTTP_TIMEOUT_READ = "1";
process.env.MAX_LINE_BYTES = "2000000";
process.env.BULK_DIR = await mkdtemp(path.join(tmpdir(), "bulkhouse-faults-"));
const bulkDir = process.env.BULK_DIR;
const { pool } = database();

/** Tests run side by side, each with a server of its own; all by one worker. */
const size = { scale: 0.02, resourcesPerFile: 40 };
const servers = await Promise.all(Array.from({ length: 5 }, () => startSandbox(size)));
const free = [...servers];
const groupId = "BMCHealthNet";
const types = ["Patient", "Condition", "Observation", "Encounter", "Procedure"];

const stop = new AbortController();
const worker = runWorker({ signal: stop.signal, concurrency: 10, leaseSeconds: 20 });

/** Nothing waits for its time. */
const hurrying = (async () => {
  while (!stop.signal.aborted) {
    for (const table of ["export_jobs", "export_files"]) {
      await pool.query(
        `UPDATE ${table} SET next_run_at = now() WHERE next_run_at > now() AND locked_by IS NULL`,
      );
    }
    await sleep(20);
  }
})();

afterAll(async () => {
  stop.abort();
  await Promise.all([worker, hurrying]);
  await Promise.all(servers.map((server) => server.close()));
  await rm(bulkDir, { recursive: true, force: true });
});

/** What an export is asked with, where that is not the usual. */
type Asked = {
  request?: Partial<ExportRequest>;
  /** how the client signs in; ES384 */
  signIn?: "none" | "RS384" | "ES384" | { bearer: string };
};

async function start(server: Sandbox, { request, signIn = "ES384" }: Asked): Promise<string> {
  const { fhirBaseUrl } = server;
  const open = { name: "Sandbox", fhirBaseUrl, scope: null, createdBy: "test" };
  const nobody = { tokenUrl: null, clientId: null, key: null };
  const connectionOf = async () => {
    if (signIn === "none") return createConnection({ ...open, ...nobody, auth: "none" });
    if (typeof signIn === "object") {
      const bearerToken = signIn.bearer;
      return createConnection({ ...open, ...nobody, auth: "bearer", bearerToken });
    }
    const { jwks, client_id: clientId } = server.config(signIn);
    const key = toConnectionKey(await readPrivateKey(JSON.stringify(jwks)));
    // Without a token URL: each case asks the server for it.
    return createConnection({ ...open, auth: "smart", tokenUrl: null, clientId, key });
  };
  const { connection_id: connectionId } = await connectionOf();
  const [jobId] = await createJobs([
    {
      connectionId,
      connectionName: "Sandbox",
      fhirBaseUrl,
      level: "group",
      groupId,
      groupName: null,
      request: ExportRequest.parse({ resource_types: types, ...request }),
      createdBy: "test",
    },
  ]);
  return jobId as string;
}

async function until(jobId: string, stages: readonly string[]) {
  for (;;) {
    const { rows } = await pool.query("SELECT stage FROM export_jobs WHERE id = $1", [jobId]);
    if (stages.includes(rows[0]?.stage)) return;
    await sleep(20);
  }
}

const ended = async (jobId: string) => {
  await until(jobId, ["done", "failed", "cancelled"]);
  return jobDetail(jobId);
};

/** Of every table the number of rows and md5 of all that does not name the job. */
async function rowsOf(jobId: string, without: readonly string[] = []) {
  const tables: Record<string, unknown> = {};
  for (const table of dataTables) {
    const { rows } = await pool.query(
      `SELECT count(*)::int AS rows,
         md5(string_agg((to_jsonb(t) - $2::text[])::text, E'\n' ORDER BY patient_id, id)) AS md5
       FROM ${table} t WHERE etl_job_id = $1`,
      [jobId, ["etl_job_id", ...without]],
    );
    tables[table] = rows[0];
  }
  return tables;
}

/** The same without where in which file a row stood. */
const contentOf = (jobId: string) => rowsOf(jobId, ["file_no", "line_no"]);

/** How many rows there are of each type. */
async function countsByType(jobId: string): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ type: string; rows: number }>(
    `SELECT type, count(*)::int AS rows FROM (
       ${dataTables
         .map(
           (table) =>
             `SELECT resource->>'resourceType' AS type FROM ${table} WHERE etl_job_id = $1`,
         )
         .join(" UNION ALL ")}) AS every GROUP BY 1`,
    [jobId],
  );
  return Object.fromEntries(rows.map(({ type, rows: count }) => [type, count]));
}

type Job = Awaited<ReturnType<typeof jobDetail>>;

const countsOf = (job: Job) =>
  job.files
    .filter(({ kind }) => kind === "output")
    .map(({ file_no, type, state, lines, accepted, duplicates, rejected }) => ({
      file_no,
      type,
      state,
      lines,
      accepted,
      duplicates,
      rejected,
    }));

/** Everything that must be the same. */
const printOf = async (job: Job) => ({
  rows: await rowsOf(job.job_id),
  content: await contentOf(job.job_id),
  counts: countsOf(job),
});

/** One server for the time of a test. */
async function withServer<T>(faults: FaultSettings, work: (server: Sandbox) => Promise<T>) {
  let server = free.pop();
  for (; !server; server = free.pop()) await sleep(20);
  try {
    server.faults = faults;
    return await work(server);
  } finally {
    server.faults = {};
    free.push(server);
  }
}

const references = new Map<string, ReturnType<typeof printOf>>();

/** The undisturbed run that asked for the same; it has what the server knows that there is. */
function reference(faults: FaultSettings = {}, request: Asked["request"] = {}) {
  const name = JSON.stringify([faults, request]);
  const known =
    references.get(name) ??
    withServer(faults, async (server) => {
      const job = await ended(await start(server, { request }));
      expect(job).toMatchObject({ stage: "done", completeness: "complete", error: null });
      expect(job.totals.lines).toBeGreaterThan(0);
      const asked = (request.resource_types ?? types) as ResourceType[];
      expect(await countsByType(job.job_id)).toEqual(
        await server.expectedCounts(
          groupId,
          asked,
          request.since ? new Date(request.since) : undefined,
        ),
      );
      const print = await printOf(job);
      await purgeJob(job.job_id);
      return print;
    });
  references.set(name, known);
  return known;
}

type Survived = Asked & {
  faults: FaultSettings;
  /** what the undisturbed server is, where its data are others' */
  reference?: FaultSettings;
  /** what the undisturbed client asks for, where this one's is not obeyed */
  undisturbed?: Asked["request"];
  /** files are others than the undisturbed one's: rows are the same, but not where they stood */
  files?: "other";
  completeness?: Job["completeness"];
  mode?: Job["mode"];
};

const topics = ["kick-off", "sign-in", "polling", "manifest", "download"] as const;
type Topic = (typeof topics)[number];

/** Exported in January 2015, when part of the data was older. */
const since = "2014-06-01T00:00:00Z";
const lineOfTwoMb = { hugeLine: 3, hugeLineBytes: 1_500_000 };
/** Of each long file more than the least that is gone on with arrives before the connection is cut. */
const cutLate = { ...lineOfTwoMb, noGzip: true, cutFile: 9, cutAfterBytes: 1_300_000 };

const bare = (topic: Topic, list: Record<string, FaultSettings>) =>
  Object.entries(list).map(([name, faults]) => ({ name, topic, faults }));

/** Ends with the rows of an undisturbed run. These go in pairs too. */
const survived: (Survived & { name: string; topic: Topic })[] = [
  ...bare("kick-off", {
    "version 1": { dialect: "v1" },
    "version 2": { dialect: "v2" },
    "version 3": { dialect: "v3" },
    "version 4": { dialect: "v4" },
    "lists repeated": { lists: "repeated" },
    "lists joined by commas": { lists: "comma" },
    "kick-off by GET alone": { kickoffMethod: "GET" },
    "kick-off by POST alone": { kickoffMethod: "POST" },
    "429 at kick-off": { kickoff429: 3 },
    "500 at kick-off": { kickoff500: 2 },
    "503 at kick-off": { kickoff503: 2 },
    "$export unlisted": { exportUnlisted: true },
    "Content-Location is a path": { contentLocation: "relative" },
    "X-Export-Status never": { separateStatus: "never" },
    "X-Export-Status always": { separateStatus: "always" },
    "kick-off redirected (302)": { redirect: ["kickoff"], redirectCode: 302 },
    "kick-off redirected (307)": { redirect: ["kickoff"] },
    "kick-off redirected (308) to another host": {
      redirect: ["kickoff"],
      redirectCode: 308,
      redirectTo: "host",
    },
    "HTML for the CapabilityStatement": { html: ["metadata"] },
    "HTML (503) at kick-off": { html: ["kickoff"], htmlTimes: 2, htmlStatus: 503 },
  }),
  ...bare("sign-in", {
    "token endpoint down": { token: "serverError", tokenTimes: 2 },
    "token expires early": { unauthorized: 1 },
    "token lives a second": { tokenSeconds: 1 },
    "expires_in is text": { expiresIn: "string" },
    "expires_in is missing": { expiresIn: "missing" },
    "scopes of version 1": { scopeVersion: "v1" },
    "scopes of version 2": { scopeVersion: "v2" },
    "ES384 alone": { algorithms: ["ES384"] },
    "no smart-configuration": { smartConfiguration: "missing" },
    "smart-configuration with the token URL alone": { smartConfiguration: "bare" },
    "HTML for smart-configuration": { html: ["discovery"] },
    "HTML (503) for the token": { html: ["token"], htmlTimes: 2, htmlStatus: 503 },
  }),
  { name: "RS384 alone", topic: "sign-in", faults: { algorithms: ["RS384"] }, signIn: "RS384" },
  { name: "an open server", topic: "sign-in", faults: { open: true }, signIn: "none" },
  {
    name: "a token by hand",
    topic: "sign-in",
    faults: { bearerToken: "secret" },
    signIn: { bearer: "secret" },
  },
  ...bare("polling", {
    "429 at the status": { status429: 3 },
    "500 at the status": { status500: 3 },
    "502 at the status": { status502: 3 },
    "503 at the status": { status503: 3 },
    "504 at the status": { status504: 3 },
    "Retry-After as a date": { status429: 1, retryAfterForm: "date" },
    "Retry-After since 1970": { status429: 1, retryAfterForm: "epoch" },
    "Retry-After since 1970 in ms": { status503: 1, retryAfterForm: "epochMs" },
    "Retry-After is missing": { status429: 1, retryAfterForm: "missing" },
    "Retry-After of a day": { status503: 1, retryAfterSeconds: 86_400 },
    "a while to prepare": { preparationMs: 200 },
    "no X-Progress": { preparationMs: 100, xProgress: "" },
    "an odd X-Progress": { preparationMs: 100, xProgress: "½ % <b>done</b>" },
    "status redirected (302)": { redirect: ["status"], redirectCode: 302 },
    "status redirected to another host": { redirect: ["status"], redirectTo: "host" },
    "HTML at the status": { html: ["status"], htmlTimes: 2 },
    "HTML (502) at the status": { html: ["status"], htmlTimes: 2, htmlStatus: 502 },
    "DELETE answers 500": { deleteStatus: 500 },
    "DELETE answers 204": { deleteStatus: 204 },
  }),
  ...bare("manifest", {
    "no transactionTime": { manifestWithout: ["transactionTime"] },
    "no request": { manifestWithout: ["request"] },
    "no requiresAccessToken": { manifestWithout: ["requiresAccessToken"] },
    "no deleted": { manifestWithout: ["deleted"] },
    "no error": { manifestWithout: ["error"] },
    "unknown fields": { unknownFields: true },
    "links from the root": { links: "rooted" },
    "relative links": { links: "relative" },
    "links to another host": { links: "otherHost" },
    "pages of the manifest": { manifestPage: 2 },
    "a note in the error files": { outcomes: [{ severity: "information", text: "Hello" }] },
    "a warning in the error files": { outcomes: [{ severity: "warning", text: "Slow" }] },
  }),
  {
    name: "no counts",
    topic: "manifest",
    faults: { manifestWithout: ["count"] },
    completeness: "unknown",
  },
  {
    name: "other sizes of files",
    topic: "manifest",
    faults: { resourcesPerFile: 7 },
    files: "other",
  },
  ...bare("download", {
    "files need no token": { requiresAccessToken: false },
    "slow files": { slowFiles: 100_000 },
    "connections cut": { cutFile: 4 },
    "connections cut at once": { cutFile: 4, cutAfterBytes: 0 },
    "connections cut, uncompressed": { cutFile: 4, noGzip: true },
    "a download falls silent": { hangFile: 1 },
    "429 for files": { file429: 4 },
    "500 for files": { file500: 4 },
    "503 for files": { file503: 4 },
    "one download at once": { downloadsAtOnce: 1 },
    "no gzip": { noGzip: true },
    "ranges ignored": { range: "ignored" },
    "weak ETags": { etag: "weak" },
    "no ETag": { etag: "missing" },
    "another ETag each time": { etag: "changing" },
    "other bytes each time": { changingFiles: "newEtag", cutFile: 4 },
    "other bytes under one ETag": { changingFiles: "sameEtag", cutFile: 4 },
    "files as text/plain": { fileContentType: "text/plain" },
    "files as octet-stream": { fileContentType: "application/octet-stream" },
    "lines end with CRLF": { lineEnd: "crlf" },
    "no break after the last line": { lineEnd: "none" },
    "files redirected (302)": { redirect: ["file"], redirectCode: 302 },
    "files redirected to another host": { redirect: ["file"], redirectTo: "host" },
    "DELETE answers 404": { deleteStatus: 404 },
    "HTML for files": { html: ["file"], htmlTimes: 3 },
    "some links have expired (401)": { fileGone: 401, fileGoneTimes: 2 },
    "some links have expired (410)": { fileGone: 410, fileGoneTimes: 2 },
    "HTML (502) for files": { html: ["file"], htmlTimes: 3, htmlStatus: 502 },
  }),
];

/** Ends with the same rows too, by ways that do not mix with other faults. */
const alone: (Survived & { name: string })[] = [
  {
    name: "parts of the manifest before it is ready",
    faults: { earlyManifest: true, preparationMs: 100 },
    request: { allow_partial_manifests: true },
    undisturbed: {},
  },
  {
    name: "a parameter ignored with a warning",
    faults: { kickoffIgnores: ["_since"] },
    request: { since },
    undisturbed: {},
  },
  {
    name: "a parameter ignored in silence",
    faults: { kickoffIgnoresSilently: ["_since"] },
    request: { since },
    undisturbed: {},
  },
  {
    name: "a parameter refused, but not under lenient handling",
    faults: { kickoffRefuses: ["_since"] },
    request: { since, lenient: true },
    undisturbed: {},
  },
  {
    name: "everything twice",
    faults: { duplicateLines: 2 },
    files: "other",
  },
  ...(["ignored", "refused", "otherOffset", "noContentRange"] as const).map((range) => ({
    name: `a large file cut, ranges: ${range}`,
    faults: { ...cutLate, range },
    reference: lineOfTwoMb,
  })),
  { name: "a large file cut and gone on with", faults: cutLate, reference: lineOfTwoMb },
  ...(["weak", "missing", "changing"] as const).map((etag) => ({
    name: `a large file cut, ETag: ${etag}`,
    faults: { ...cutLate, etag },
    reference: lineOfTwoMb,
  })),
  ...(["newEtag", "sameEtag"] as const).map((changingFiles) => ({
    name: `a large file cut, other bytes each time: ${changingFiles}`,
    faults: { ...cutLate, changingFiles },
    reference: lineOfTwoMb,
  })),
  ...([403, 404, 405, 501] as const).map((exportMissing) => ({
    name: `no $export (${exportMissing}): by search`,
    faults: { exportMissing },
    files: "other" as const,
    mode: "search" as const,
  })),
  ...(["text", "outcome413", "outcome500", "outcome400"] as const).flatMap((tooManyFiles) =>
    (["status", "kickoff"] as const).map((tooManyFilesAt) => ({
      name: `too many files (${tooManyFiles}) at the ${tooManyFilesAt}: by search`,
      faults: { tooManyFiles, tooManyFilesAt, tooManyFilesAbove: 2 },
      files: "other" as const,
      mode: "search" as const,
    })),
  ),
];

/** The same by search, from a server that searches oddly. */
const searched: (Survived & { name: string })[] = Object.entries<FaultSettings>({
  "nothing odd": {},
  "429 for searches": { search429: 4 },
  "500 for searches": { search500: 3 },
  "503 for searches": { search503: 3 },
  "one search at once": { searchesAtOnce: 1 },
  "slow searches": { slowSearchMs: 30 },
  "small pages": { largestPage: 7 },
  "next links that are tokens": { largestPage: 20, nextLink: "opaque" },
  "relative next links": { largestPage: 20, nextLink: "relative" },
  "an outcome on every page": { searchOutcome: true },
  "no totals": { noTotal: true },
  "self links that repeat the question": { selfLinkEchoes: true },
  "searches by POST alone": { searchPostOnly: true },
  "Observations by category alone": { searchDemands: { Observation: ["category"] } },
  "groups inside the group": { membership: "nested" },
  "groups that name each other": { membership: "cycle" },
  "members by a rule": { membership: "criteria" },
  "members hidden": { membership: "forbidden" },
  "members that have left": { inactiveMembers: 3 },
  "a token that expires early": { unauthorized: 1 },
}).map(([name, faults]) => ({
  name,
  faults,
  request: { mode: "search" },
  undisturbed: {},
  files: "other",
  mode: "search",
  // Without a total, or where codes are asked for one by one, nobody can know.
  completeness: faults.noTotal || faults.searchDemands ? "unknown" : "complete",
}));

async function ends(
  server: Sandbox,
  asked: Survived,
  expected: Awaited<ReturnType<typeof printOf>>,
) {
  const jobId = await start(server, asked);
  const job = await ended(jobId);
  expect({ stage: job.stage, mode: job.mode, error: job.error }).toEqual({
    stage: "done",
    mode: asked.mode ?? "bulk",
    error: null,
  });
  const print = await printOf(job);
  expect(print.content).toEqual(expected.content);
  if (asked.files !== "other") expect(print).toEqual(expected);
  for (const { lines, accepted, duplicates, rejected } of print.counts) {
    expect(accepted + duplicates + rejected).toBe(lines);
  }
  expect(job.completeness).toBe(asked.completeness ?? "complete");
  await purgeJob(jobId);
}

/** Runs the case on a server of its own and compares with the undisturbed run. */
async function survives(asked: Survived) {
  const expected = await reference(asked.reference, asked.undisturbed ?? asked.request);
  await withServer(asked.faults, (server) => ends(server, asked, expected));
}

describe.concurrent("alone, with the rows of an undisturbed run", () => {
  test.each(survived)("$topic: $name", (asked) => survives(asked));
  test.each(alone)("$name", (asked) => survives(asked));
  test.each(searched)("by search: $name", (asked) => survives(asked));
});

type Named = (typeof survived)[number];
const of = (topic: Topic) => survived.filter((one) => one.topic === topic);

/** Both at once; null where both set the same thing. */
function both(one: Named, other: Named): Named | null {
  const same = Object.keys(one.faults).some((name) => name in other.faults);
  if (same || (one.signIn && other.signIn)) return null;
  return {
    ...one,
    ...other,
    name: `${one.name} × ${other.name}`,
    faults: { ...one.faults, ...other.faults },
  };
}

/** Five at once, one of each topic: each fault stands beside some of every other topic, each time others. */
const together = Array.from({ length: 50 }, (_, round) =>
  topics.reduce<Named | null>((sum, topic, place) => {
    const list = of(topic);
    const from = round + place * Math.floor(round / list.length);
    for (let n = from; n < from + list.length; n += 1) {
      const next = list[n % list.length] as Named;
      const all = sum ? both(sum, next) : next;
      if (all) return all;
    }
    return sum;
  }, null),
).filter((one) => one !== null);

const pairs =
  process.env.FAULT_PAIRS === "all"
    ? survived.flatMap((one) =>
        survived
          .filter((other) => topics.indexOf(other.topic) > topics.indexOf(one.topic))
          .flatMap((other) => both(one, other) ?? []),
      )
    : [];

describe.concurrent("several at once, with the rows of an undisturbed run", () => {
  test.each(together)("$name", (asked) => survives(asked));
  // `-t "in pairs: 429"` takes some of them.
  test.each(pairs)("in pairs: $name", (asked) => survives(asked));
});

/** Ends otherwise than an undisturbed run: with what a person then reads. */
type Failed = Asked & {
  name: string;
  faults: FaultSettings;
  code: string;
  words: RegExp;
  /** each of them failed for this reason; without it there are none */
  files?: { code: string; words: RegExp };
};

const failed: Failed[] = [
  {
    name: "the kick-off is refused",
    faults: { kickoffError: "Group is locked" },
    code: "kickoff-refused",
    words: /refused to start the export \(HTTP 500\): Group is locked/,
  },
  {
    name: "a parameter is refused",
    faults: { kickoffRefuses: ["_since"] },
    request: { since },
    code: "kickoff-refused",
    words: /HTTP 400.*_since/,
  },
  {
    name: "500 at kick-off, on and on",
    faults: { kickoff500: 1_000 },
    code: "server-error",
    words: /HTTP 500.*unknown error/,
  },
  {
    name: "HTML at kick-off",
    faults: { html: ["kickoff"] },
    code: "not-fhir",
    words: /text\/html where JSON belongs/,
  },
  {
    name: "no Content-Location",
    faults: { contentLocation: "missing" },
    code: "kickoff-no-status-url",
    words: /no Content-Location/,
  },
  {
    name: "no $export, and bulk export alone is wanted",
    faults: { exportMissing: 501 },
    request: { mode: "bulk" },
    code: "kickoff-refused",
    words: /HTTP 501/,
  },
  {
    name: "too many files, and bulk export alone is wanted",
    faults: { tooManyFiles: true },
    request: { mode: "bulk" },
    code: "too-many-files",
    words: /Too many files/,
  },
  {
    name: "neither export nor search",
    faults: { exportMissing: 501, searchForbidden: 403 },
    code: "search-unavailable",
    words: /Neither bulk export nor FHIR search.*501.*403/,
  },
  {
    name: "the signature is not known",
    faults: { token: "invalidClient" },
    code: "smart-auth-failed",
    words: /SMART authentication failed: .*Simulated invalid token error/,
  },
  {
    name: "the registration has expired",
    faults: { token: "registrationExpired" },
    code: "smart-auth-registration-expired",
    words: /registration at the server has expired/,
  },
  {
    name: "the scope is refused",
    faults: { token: "scopeRefused" },
    code: "smart-auth-scope-refused",
    words: /does not grant the scope/,
  },
  {
    name: "another audience is expected",
    faults: { token: "wrongAudience" },
    code: "smart-auth-wrong-audience",
    words: /expects another token address/,
  },
  {
    name: "the token endpoint is down, on and on",
    faults: { token: "serverError" },
    code: "server-error",
    words: /HTTP 503.*authorization server is down/,
  },
  {
    name: "HTML for the token",
    faults: { html: ["token"] },
    code: "smart-auth-not-token",
    words: /did not answer with a token/,
  },
  {
    name: "every token is refused",
    faults: { unauthorized: 1_000 },
    code: "access-refused",
    words: /HTTP 401/,
  },
  {
    name: "the key's algorithm is not taken",
    faults: { algorithms: ["RS384"] },
    code: "smart-auth-failed",
    words: /Invalid 'alg' header/,
  },
  {
    name: "fewer types are granted than asked for",
    faults: { grantedTypes: ["Patient"] },
    code: "access-refused",
    words: /HTTP 403.*scope/,
  },
  {
    name: "another token by hand is wanted",
    faults: { bearerToken: "secret" },
    signIn: { bearer: "other" },
    code: "bearer-refused",
    words: /refuses the bearer token/,
  },
  {
    name: "the export fails",
    faults: { exportError: "Out of memory" },
    code: "export-error",
    words: /^Bulk export reported error: Out of memory/,
  },
  {
    name: "the export stands still",
    faults: { stalled: true },
    request: { stall_hours: 0.0001 },
    code: "export-stalled",
    words: /stands still: “17%/,
  },
  {
    name: "the status is HTML (404)",
    faults: { html: ["status"], htmlStatus: 404 },
    code: "export-gone",
    words: /does not know this export any more \(HTTP 404\)/,
  },
  {
    name: "the status is HTML, on and on",
    faults: { html: ["status"] },
    code: "not-fhir",
    words: /text\/html where JSON belongs/,
  },
  {
    name: "503 at the status, on and on",
    faults: { status503: 1_000, retryAfterSeconds: 3_600 },
    code: "put-off",
    words: /for 24 hours in all.*HTTP 503/,
  },
  ...([401, 403, 404, 410] as const).map((fileGone) => ({
    name: `the files are gone (${fileGone})`,
    faults: { fileGone },
    code: "files-failed",
    words: new RegExp(`could not be fetched or loaded.*HTTP ${fileGone}`),
    files: {
      code:
        { 401: "access-refused", 403: "download-refused" }[fileGone as 401] ?? "download-expired",
      words: new RegExp(`HTTP ${fileGone}`),
    },
  })),
  {
    name: "links die at once",
    faults: { linkSeconds: 0 },
    code: "files-failed",
    words: /HTTP 403/,
    files: { code: "download-refused", words: /HTTP 403/ },
  },
  {
    name: "files are HTML, on and on",
    faults: { html: ["file"] },
    code: "files-failed",
    words: /text\/html/,
    files: { code: "not-fhir", words: /text\/html where JSON belongs/ },
  },
  {
    name: "500 for files, on and on",
    faults: { file500: 1_000 },
    code: "files-failed",
    words: /HTTP 500/,
    files: { code: "server-error", words: /HTTP 500/ },
  },
  {
    name: "pages without end",
    faults: { largestPage: 3, nextLink: "loop" },
    request: { mode: "search" },
    code: "files-failed",
    words: /its pages do not end/,
    files: { code: "search-invalid", words: /its pages do not end/ },
  },
  {
    name: "every connection is cut",
    faults: { cutFile: 1_000 },
    code: "files-failed",
    words: /cut the connection/,
    files: { code: "connection-cut", words: /cut the connection/ },
  },
];

describe.concurrent("alone, with the right error", () => {
  test.each(failed)("$name", ({ faults, code, words, files, ...asked }) =>
    withServer(faults, async (server) => {
      const jobId = await start(server, asked);
      const job = await ended(jobId);
      expect(job).toMatchObject({ stage: "failed", completeness: "incomplete", failure: { code } });
      expect(job.error).toMatch(words);
      const broken = job.files.filter(({ state }) => state !== "loaded");
      expect(broken.length > 0).toBe(files !== undefined);
      for (const file of broken) {
        expect(file).toMatchObject({ state: "failed", accepted: 0, error: { code: files?.code } });
        expect(file.error?.message).toMatch(files?.words ?? /^$/);
      }
      await purgeJob(jobId);
    }),
  );
});

/** What ends well but not whole: what there is must be right, and what is missing told. */
async function runs(server: Sandbox, asked: Asked = {}) {
  const job = await ended(await start(server, asked));
  return { job, print: await printOf(job) };
}

describe.concurrent("everything that did arrive, and what did not", () => {
  test("some files are gone: the others are there, and a retry fetches the rest", async () => {
    const expected = await reference();
    // All of them first, and two again when fresh links were asked for.
    const faults = { fileGone: 410 as const, fileGoneTimes: expected.counts.length + 2 };
    await withServer(faults, async (server) => {
      const { job, print } = await runs(server);
      expect(job).toMatchObject({ stage: "failed", failure: { code: "files-failed" } });
      const { files_failed: missing, files } = job.totals;
      expect([missing, files]).toEqual([2, expected.counts.length]);
      const arrived = print.counts.filter(({ state }) => state === "loaded");
      expect(arrived).toEqual(
        expected.counts.filter(({ file_no }) => arrived.some((one) => one.file_no === file_no)),
      );
      await retryJob(job.job_id, { label: "test" });
      const again = await ended(job.job_id);
      expect(again).toMatchObject({ stage: "done", completeness: "complete", error: null });
      expect(await printOf(again)).toEqual(expected);
    });
  });

  test.each([401, 403, 404, 410] as const)(
    "links that have expired (%i) are asked for anew",
    async (expiredLinks) => {
      const expected = await reference();
      await withServer({ downloadsAtOnce: 0, expiredLinks }, async (server) => {
        const jobId = await start(server, {});
        await until(jobId, ["download"]);
        // The links that it has are from before.
        server.faults = { expiredLinks };
        const job = await ended(jobId);
        expect(job).toMatchObject({ stage: "done", completeness: "complete", error: null });
        expect(await printOf(job)).toEqual(expected);
      });
    },
  );

  test("a file that ends early is known by its count", async () => {
    const expected = await reference();
    await withServer({ shortFile: 1, noGzip: true }, async (server) => {
      const { job, print } = await runs(server);
      expect(job).toMatchObject({ stage: "done", completeness: "incomplete", error: null });
      const short = job.files.filter(({ lines, expected: count }) => lines !== count);
      expect(short).toHaveLength(1);
      const others = print.counts.filter(({ file_no }) => file_no !== short[0]?.file_no);
      expect(others).toEqual(expected.counts.filter((one) => one.file_no !== short[0]?.file_no));
    });
  });

  test("a server whose ranges are others than it says damages lines, and that is told", async () => {
    await withServer({ ...cutLate, range: "lying" }, async (server) => {
      const { job } = await runs(server);
      expect(job).toMatchObject({ stage: "done", completeness: "incomplete", error: null });
      expect(job.totals.rejected).toBeGreaterThan(0);
    });
  });

  test("counts that are wrong: every row is there, and nobody says that it is all", async () => {
    const expected = await reference();
    await withServer({ wrongCount: 3 }, async (server) => {
      const { job, print } = await runs(server);
      expect(job).toMatchObject({ stage: "done", completeness: "incomplete", error: null });
      expect(print).toEqual(expected);
    });
  });

  test("a type that the server cannot produce is missing, and told", async () => {
    const whole = await reference();
    const expected = await reference(
      {},
      { resource_types: types.filter((one) => one !== "Condition") },
    );
    await withServer({ failedTypes: ["Condition"] }, async (server) => {
      const { job, print } = await runs(server);
      expect(job).toMatchObject({ stage: "done", completeness: "incomplete", error: null });
      expect(job.outcomes[0]?.diagnostics).toBe("Failed to export 1.Condition.ndjson");
      expect(print.content).toEqual(expected.content);
      expect(print.content).not.toEqual(whole.content);
    });
  });

  test("an error in the error files: every row is there, and nobody says that it is all", async () => {
    const expected = await reference();
    const outcomes = [{ severity: "error" as const, text: "Three Conditions were left out" }];
    await withServer({ outcomes }, async (server) => {
      const { job, print } = await runs(server);
      expect(job).toMatchObject({ stage: "done", completeness: "incomplete", error: null });
      expect(job.outcomes).toMatchObject([{ severity: "error", diagnostics: outcomes[0]?.text }]);
      expect(print).toEqual(expected);
    });
  });

  test.each<[string, FaultSettings]>([
    ["nothing is found", { emptyOutput: true }],
    ["the manifest has no output", { manifestWithout: ["output"] }],
  ])("%s: an export of nothing asks whether the group is right", async (_what, faults) => {
    await withServer(faults, async (server) => {
      const { job } = await runs(server);
      expect(job).toMatchObject({ stage: "done", completeness: "unknown", records_loaded: 0 });
      expect(job.warning_code).toBe("empty-group");
    });
  });

  test.each<[string, FaultSettings, string]>([
    ["not JSON", { badLine: 2 }, "not-json"],
    ["of another type", { wrongTypeLine: 2 }, "wrong-type"],
    ["too long", { hugeLine: 2, hugeLineBytes: 2_100_000 }, "too-long"],
  ])(
    "lines that are %s are rejected by name, all others are rows",
    async (_what, faults, reason) => {
      const expected = await reference();
      await withServer(faults, async (server) => {
        const { job, print } = await runs(server);
        expect(job).toMatchObject({ stage: "done", completeness: "incomplete", error: null });
        const { rows } = await pool.query(
          `SELECT f.file_no, r.line_no::int, r.reason_code
         FROM rejected_lines r JOIN export_files f ON f.id = r.file_id
         WHERE r.job_id = $1 ORDER BY 1`,
          [job.job_id],
        );
        expect(rows).toEqual(
          expected.counts.map(({ file_no }) => ({ file_no, line_no: 2, reason_code: reason })),
        );
        expect(print.counts).toEqual(
          expected.counts.map((one) => ({ ...one, accepted: one.accepted - 1, rejected: 1 })),
        );
        const firstLines = await pool.query(
          "SELECT count(*)::int AS n FROM observations WHERE etl_job_id = $1 AND line_no <> 2",
          [job.job_id],
        );
        expect(firstLines.rows[0]?.n).toBe((print.content.observations as { rows: number }).rows);
      });
    },
  );

  test("one export at a time: the second waits its turn", async () => {
    const expected = await reference();
    // A server of its own: exports that others left behind would count.
    const faults = { exportsAtOnce: 1, exportsUntilDeleted: true };
    const server = await startSandbox({ ...size, faults });
    try {
      const jobIds = await Promise.all([start(server, {}), start(server, {})]);
      for (const jobId of jobIds) {
        const job = await ended(jobId);
        expect(job).toMatchObject({ stage: "done", completeness: "complete" });
        expect(await printOf(job)).toEqual(expected);
      }
    } finally {
      await server.close();
    }
  });

  test.each<[string, FaultSettings, RegExp]>([
    ["passed over", { searchIgnores: ["patient"] }, /passes over the parameter “patient”/],
    ["refused", { searchRefuses: ["patient"] }, /HTTP 400.*patient/],
  ])(
    "a search parameter is %s: only what needs none comes, and that is told",
    async (_what, faults, words) => {
      const request = { resource_types: ["Patient"] };
      const expected = await reference({}, request);
      await withServer(faults, async (server) => {
        const { job, print } = await runs(server, { request: { mode: "search" } });
        expect(job).toMatchObject({ stage: "done", mode: "search", completeness: "incomplete" });
        expect(job.outcomes).toHaveLength(types.length - 1);
        for (const { diagnostics } of job.outcomes) expect(diagnostics).toMatch(words);
        expect(print.content).toEqual(expected.content);
      });
    },
  );

  test("a type that search does not open is missing, and told", async () => {
    const request = { resource_types: types.filter((one) => one !== "Condition") };
    const expected = await reference({}, request);
    const faults: FaultSettings = { searchForbidden: 403, searchForbiddenTypes: ["Condition"] };
    await withServer(faults, async (server) => {
      const { job, print } = await runs(server, { request: { mode: "search" } });
      expect(job).toMatchObject({ stage: "done", mode: "search", completeness: "incomplete" });
      expect(job.outcomes[0]?.diagnostics).toMatch(/^Condition: .*HTTP 403/);
      expect(print.content).toEqual(expected.content);
    });
  });

  test("fewer types asked for as fewer are granted", async () => {
    const request = { resource_types: ["Patient", "Encounter"] };
    const expected = await reference({}, request);
    await withServer({ grantedTypes: ["Patient", "Encounter"] }, async (server) => {
      const { job, print } = await runs(server, { request });
      expect(job).toMatchObject({ stage: "done", completeness: "complete" });
      expect(print).toEqual(expected);
    });
  });
});

test("every fault of the sandbox is met here or where it is named", async () => {
  const elsewhere: Record<string, string> = {
    // What a client may do about it is to wait: made-keys.db.test.ts.
    jwksCacheSeconds: "sandbox/sign-in-faults.test.ts",
    // No faults, but the server's clock: a later export differs.
    now: "lib/pipeline/incremental.db.test.ts",
    deletedShare: "lib/pipeline/incremental.db.test.ts",
    newMembers: "lib/pipeline/incremental.db.test.ts",
    attachment500: "lib/pipeline/attachments.db.test.ts",
    attachment429: "lib/pipeline/attachments.db.test.ts",
    attachmentBytes: "lib/pipeline/attachments.db.test.ts",
  };
  const read = (file: string) => readFile(path.resolve(import.meta.dirname, "../..", file), "utf8");
  const here = await read("lib/pipeline/faults.db.test.ts");
  const missing: string[] = [];
  for (const name of Object.keys(FaultSettings.shape)) {
    const file = elsewhere[name];
    if (!new RegExp(`\\b${name}\\b(:|,| })`).test(file ? await read(file) : here))
      missing.push(name);
  }
  expect(missing).toEqual([]);
});
