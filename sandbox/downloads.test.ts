import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { FaultSettings } from "./fault-settings";
import { type Sandbox, startSandbox } from "./server";
import { countsOf, type Manifest, manifestOf } from "./small-client";

let sandbox: Sandbox;
let url: string;
let count: number;
let whole: Buffer;
const path = "/Group/HealthNewEngland/$export?_type=Encounter";
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.05, auth: false });
  const [item] = (await manifestOf(sandbox, path)).output;
  url = item?.url ?? "";
  count = item?.count ?? 0;
  whole = (await get()).bytes;
});
afterEach(() => {
  vi.restoreAllMocks();
  sandbox.faults = {};
});
afterAll(() => sandbox.close());

async function get(headers: Record<string, string> = {}, from = url) {
  const response = await fetch(from, { headers: { "Accept-Encoding": "identity", ...headers } });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}
const failure = async (headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers: { "Accept-Encoding": "identity", ...headers } });
  const reader = response.body?.getReader();
  let length = 0;
  try {
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) return { length, broken: false };
      length += part.value.length;
    }
  } catch {
    return { length, broken: true };
  }
};

test("Range is honoured with If-Range, from the strong ETag of the whole", async () => {
  const first = await get();
  const etag = first.headers.get("etag") ?? "";
  expect(first.headers.get("accept-ranges")).toBe("bytes");
  const rest = await get({ Range: "bytes=1000-", "If-Range": etag });
  expect(rest.status).toBe(206);
  expect(rest.headers.get("content-range")).toBe(`bytes 1000-${whole.length - 1}/${whole.length}`);
  expect(rest.bytes.equals(whole.subarray(1000))).toBe(true);
  const some = await get({ Range: "bytes=10-19" });
  expect(some.bytes.equals(whole.subarray(10, 20))).toBe(true);
  const other = await get({ Range: "bytes=1000-", "If-Range": '"another"' });
  expect([other.status, other.bytes.length]).toEqual([200, whole.length]);
  const beyond = await get({ Range: `bytes=${whole.length}-` });
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([
    416,
    `bytes */${whole.length}`,
  ]);
});

test("Range of a compressed file goes on with the compressed bytes, under an ETag of their own", async () => {
  // fetch would unpack: only the raw bytes can be joined.
  const { request } = await import("undici");
  const raw = async (headers: Record<string, string>) => {
    const answer = await request(url, { headers: { "accept-encoding": "gzip", ...headers } });
    return { answer, bytes: Buffer.from(await answer.body.arrayBuffer()) };
  };
  const { answer, bytes } = await raw({});
  const etag = String(answer.headers.etag);
  expect(etag).not.toBe((await get()).headers.get("etag"));
  const rest = await raw({ range: "bytes=500-", "if-range": etag });
  expect(rest.answer.statusCode).toBe(206);
  expect(gunzipSync(Buffer.concat([bytes.subarray(0, 500), rest.bytes])).equals(whole)).toBe(true);
});

test.each([
  ["ignored", 200],
  ["refused", 416],
  ["otherOffset", 206],
  ["lying", 206],
  ["noContentRange", 206],
] as const)("range %s", async (range, status) => {
  sandbox.faults = { range };
  const answer = await get({ Range: "bytes=1000-" });
  expect(answer.status).toBe(status);
  const told = answer.headers.get("content-range");
  const end = `${whole.length - 1}/${whole.length}`;
  if (range === "ignored") expect(answer.bytes.equals(whole)).toBe(true);
  if (range === "otherOffset") expect(told).toBe(`bytes 990-${end}`);
  if (range === "lying") expect(told).toBe(`bytes 1000-${end}`);
  if (range === "otherOffset") expect(answer.bytes.equals(whole.subarray(990))).toBe(true);
  if (range === "lying") expect(answer.bytes.equals(whole.subarray(990, -10))).toBe(true);
  if (range === "noContentRange") expect(told).toBeNull();
});

test("etag: weak never matches If-Range, missing is not there, changing is never the same", async () => {
  sandbox.faults = { etag: "weak" };
  const weak = (await get()).headers.get("etag") ?? "";
  expect(weak).toMatch(/^W\//);
  expect((await get({ Range: "bytes=5-", "If-Range": weak })).status).toBe(200);
  sandbox.faults = { etag: "missing" };
  expect((await get()).headers.get("etag")).toBeNull();
  sandbox.faults = { etag: "changing" };
  const changing = (await get()).headers.get("etag") ?? "";
  expect((await get({ Range: "bytes=5-", "If-Range": changing })).status).toBe(200);
});

test("cutAfterBytes cuts there, and a second cut cuts the rest", async () => {
  sandbox.faults = { cutFile: 2, cutAfterBytes: 5_000 };
  expect(await failure()).toEqual({ length: 5_000, broken: true });
  expect(await failure({ Range: "bytes=5000-" })).toEqual({ length: 5_000, broken: true });
  expect((await get({ Range: "bytes=10000-" })).bytes.equals(whole.subarray(10_000))).toBe(true);
});

test("shortFile ends cleanly with half of the lines", async () => {
  sandbox.faults = { shortFile: 1 };
  const { bytes } = await get();
  expect(bytes.toString().split("\n").length - 1).toBe(Math.floor(count / 2));
  expect((await get()).bytes.equals(whole)).toBe(true);
});

test("hangFile falls silent until the client leaves", async () => {
  sandbox.faults = { hangFile: 1 };
  const leave = new AbortController();
  const response = await fetch(url, {
    headers: { "Accept-Encoding": "identity" },
    signal: leave.signal,
  });
  const reader = response.body?.getReader();
  let length = 0;
  while (length < Math.floor(whole.length / 2))
    length += (await reader?.read())?.value?.length ?? 0;
  const silent = await Promise.race([
    reader?.read().then(() => "more"),
    new Promise((resolve) => setTimeout(resolve, 200, "silent")),
  ]);
  expect(silent).toBe("silent");
  leave.abort();
});

test.each([401, 403, 404, 410] as const)(
  "expiredLinks %i: those of a new manifest work",
  async (code) => {
    const accepted = await manifestOf(sandbox, path);
    sandbox.faults = { expiredLinks: code };
    const old = accepted.output[0]?.url ?? "";
    const statusUrl = old.replace(/bulkfiles\/([^/]+)\/.*$/, "bulkstatus/$1");
    expect((await get({}, old)).status).toBe(code);
    const fresh = ((await (await fetch(statusUrl)).json()) as Manifest).output[0]?.url ?? "";
    expect(fresh).not.toBe(old);
    expect((await get({}, fresh)).bytes.equals(whole)).toBe(true);
    expect((await get({}, old)).status).toBe(code);
  },
);

test("linkSeconds: links die by themselves", async () => {
  sandbox.faults = { linkSeconds: 60 };
  const [item] = (await manifestOf(sandbox, path)).output;
  expect((await get({}, item?.url)).status).toBe(200);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
  expect((await get({}, item?.url)).status).toBe(403);
});

test("downloadsAtOnce: more than that get 429 with Retry-After", async () => {
  sandbox.faults = { downloadsAtOnce: 1, slowFiles: whole.length * 4 };
  // Its first bytes are here, the last ones come in a while.
  const slow = await fetch(url, { headers: { "Accept-Encoding": "identity" } });
  const refused = await get();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(Buffer.from(await slow.arrayBuffer()).equals(whole)).toBe(true);
  // The server notices a moment later than the reader that all is sent.
  await expect.poll(async () => (await get()).status).toBe(200);
});

test.each([
  [{ file503: 1 }, 503],
  [{ fileGone: 401, fileGoneTimes: 1 }, 401],
  [{ fileGone: 403, fileGoneTimes: 1 }, 403],
] as [FaultSettings, number][])("%o", async (faults, status) => {
  sandbox.faults = faults;
  expect([(await get()).status, (await get()).status]).toEqual([status, 200]);
});

test("changingFiles: the same resources in other bytes, under a new ETag or the same", async () => {
  for (const changingFiles of ["newEtag", "sameEtag"] as const) {
    sandbox.faults = { changingFiles };
    const [item] = (await manifestOf(sandbox, path)).output;
    const first = await get({}, item?.url);
    const second = await get({}, item?.url);
    expect(second.bytes.equals(first.bytes)).toBe(false);
    const parsed = (bytes: Buffer) =>
      bytes
        .toString()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    expect(parsed(second.bytes)).toEqual(parsed(first.bytes));
    expect(first.headers.get("etag") === second.headers.get("etag")).toBe(
      changingFiles === "sameEtag",
    );
  }
});

test("hugeLine is as long as it says and is still the resource", async () => {
  sandbox.faults = { hugeLine: 2, hugeLineBytes: 30_000_000, noGzip: true };
  const lines = (await get({ "Accept-Encoding": "gzip" })).bytes.toString().split("\n");
  expect(lines[1]?.length).toBeGreaterThan(30_000_000);
  const huge = JSON.parse(lines[1] ?? "");
  const { text: _, ...rest } = huge;
  expect(rest).toEqual(JSON.parse(whole.toString().split("\n")[1] ?? ""));
});

test("lineEnd and fileContentType", async () => {
  sandbox.faults = { lineEnd: "crlf", fileContentType: "text/plain" };
  const crlf = await get();
  expect(crlf.headers.get("content-type")).toBe("text/plain");
  expect(crlf.bytes.toString()).toBe(whole.toString().replaceAll("\n", "\r\n"));
  sandbox.faults = { lineEnd: "none" };
  expect((await get()).bytes.toString()).toBe(whole.toString().trimEnd());
});

test("requiresAccessToken false: files are free, and a token that comes along is refused", async () => {
  const closed = await startSandbox({ scale: 0.02, faults: { bearerToken: "by-hand" } });
  closed.faults = { bearerToken: "by-hand", requiresAccessToken: false };
  const headers = { Authorization: "Bearer by-hand", Prefer: "respond-async" };
  const accepted = await fetch(`${closed.fhirBaseUrl}${path}`, { headers });
  const status = await fetch(accepted.headers.get("content-location") ?? "", { headers });
  const manifest = (await status.json()) as Manifest;
  expect(manifest.requiresAccessToken).toBe(false);
  const file = manifest.output[0]?.url ?? "";
  expect((await get(headers, file)).status).toBe(400);
  expect((await get({}, file)).status).toBe(200);
  expect((await fetch(accepted.headers.get("content-location") ?? "")).status).toBe(401);
  await closed.close();
});

test("faults go together: a cut, a refusal, links at another origin, pages and a redirect", async () => {
  sandbox.faults = {
    links: "otherHost",
    manifestPage: 1,
    redirect: ["status"],
    resourcesPerFile: 20,
    file429: 1,
    cutFile: 1,
    status503: 1,
  };
  const { fhirBaseUrl } = sandbox;
  const accepted = await fetch(
    `${fhirBaseUrl}/Group/FallonHealth/$export?_type=Patient,Encounter`,
    {
      headers: { Prefer: "respond-async" },
    },
  );
  const items: Manifest["output"] = [];
  let next: string | undefined = accepted.headers.get("content-location") ?? undefined;
  while (next) {
    const response: Response = await fetch(next);
    if (response.status !== 200) continue;
    const manifest = (await response.json()) as Manifest;
    items.push(...manifest.output);
    next = manifest.link?.[0]?.url;
  }
  const counts = async () => countsOf(items).catch(() => null);
  let found = await counts();
  while (!found) found = await counts();
  expect(found).toEqual(await sandbox.expectedCounts("FallonHealth", ["Patient", "Encounter"]));
});
