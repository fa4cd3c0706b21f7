import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { FaultSettings } from "./fault-settings";
import { type Sandbox, startSandbox } from "./server";
import { countsOf, finished, kickOff, type Manifest, manifestOf } from "./small-client";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.02, auth: false });
});
afterEach(() => {
  sandbox.faults = {};
});
afterAll(() => sandbox.close());

const path = "/Group/FallonHealth/$export?_type=Patient,Condition";
const statusUrl = async (headers?: Record<string, string>) =>
  (await kickOff(sandbox, path, undefined, headers)).headers.get("content-location") ?? "";

test.each([
  [{ status502: 1 }, 502, /text\/html/, null],
  [{ status503: 1, retryAfterForm: "missing" }, 503, null, null],
  [{ status503: 1, retryAfterSeconds: 9 }, 503, null, "9"],
  [{ status504: 1 }, 504, /text\/plain/, null],
] as [FaultSettings, number, RegExp | null, string | null][])(
  "%o answers %i once, then the manifest",
  async (faults, status, type, retryAfter) => {
    const url = await statusUrl();
    sandbox.faults = faults;
    const first = await fetch(url);
    expect([first.status, first.headers.get("retry-after")]).toEqual([status, retryAfter]);
    expect(first.headers.get("content-type")).toEqual(type ? expect.stringMatching(type) : null);
    expect((await fetch(url)).status).toBe(200);
  },
);

test("stalled: the progress stays; xProgress says anything, or nothing", async () => {
  const url = await statusUrl();
  sandbox.faults = { stalled: true };
  const progress = async () => (await fetch(url)).headers.get("x-progress");
  expect([await progress(), await progress()]).toEqual(
    Array(2).fill("17% complete, Please wait..."),
  );
  sandbox.faults = { stalled: true, xProgress: "in the queue" };
  expect(await progress()).toBe("in the queue");
  sandbox.faults = { stalled: true, xProgress: "" };
  expect(await progress()).toBeNull();
});

test("X-Export-Status holds the export's status, HTTP that of the request", async () => {
  const accepted = await kickOff(sandbox, path, undefined, {
    Prefer: "respond-async, separate-export-status",
  });
  expect(accepted.headers.get("preference-applied")).toContain("separate-export-status");
  const url = accepted.headers.get("content-location") ?? "";
  const both = async () => {
    const response = await fetch(url);
    return [response.status, response.headers.get("x-export-status")];
  };
  sandbox.faults = { stalled: true };
  expect(await both()).toEqual([200, "202"]);
  sandbox.faults = { exportError: "Disk failure" };
  expect(await both()).toEqual([200, "500"]);
  sandbox.faults = { status429: 1 };
  expect(await both()).toEqual([429, null]);
  expect(await both()).toEqual([200, "200"]);
});

test.each([
  [302, "path"],
  [307, "path"],
  [307, "host"],
] as const)("redirect by %i to another %s", async (redirectCode, redirectTo) => {
  sandbox.faults = { redirect: ["kickoff", "status", "file"], redirectCode, redirectTo };
  const raw = await fetch(await statusUrl(), { redirect: "manual" });
  expect(raw.status).toBe(redirectCode);
  const target = new URL(raw.headers.get("location") ?? "");
  expect(target.origin === new URL(sandbox.url).origin).toBe(redirectTo === "path");
  const manifest = await manifestOf(sandbox, path);
  expect(await countsOf(manifest.output)).toEqual(
    await sandbox.expectedCounts("FallonHealth", ["Patient", "Condition"]),
  );
});

test("a redirect of a server with sign-in needs no token, and the other origin refuses one", async () => {
  const closed = await startSandbox({
    scale: 0.02,
    faults: { redirect: ["file"], redirectTo: "host" },
  });
  closed.faults = { ...closed.faults, bearerToken: "by-hand" };
  const headers = { Authorization: "Bearer by-hand", Prefer: "respond-async" };
  const accepted = await fetch(`${closed.fhirBaseUrl}${path}`, { headers });
  const status = await fetch(accepted.headers.get("content-location") ?? "", { headers });
  const [item] = ((await status.json()) as Manifest).output;
  const redirect = await fetch(item?.url ?? "", { headers, redirect: "manual" });
  const target = redirect.headers.get("location") ?? "";
  expect((await fetch(target)).status).toBe(200);
  expect((await fetch(target, { headers })).status).toBe(400);
  expect(
    closed.requests.slice(-2).map(({ elsewhere, authorization }) => [elsewhere, authorization]),
  ).toEqual([
    [true, false],
    [true, true],
  ]);
  await closed.close();
});

test("html strikes htmlTimes, with htmlStatus", async () => {
  const url = await statusUrl();
  sandbox.faults = { html: ["status"], htmlTimes: 1, htmlStatus: 503 };
  const first = await fetch(url);
  expect([first.status, first.headers.get("content-type")]).toEqual([
    503,
    "text/html; charset=utf-8",
  ]);
  expect((await fetch(url)).status).toBe(200);
});

test.each([200, 204, 404, 405, 500])("DELETE may answer %i", async (deleteStatus) => {
  const url = await statusUrl();
  sandbox.faults = { deleteStatus };
  expect((await fetch(url, { method: "DELETE" })).status).toBe(deleteStatus);
});

test("Content-Location may be a path or missing", async () => {
  sandbox.faults = { contentLocation: "relative" };
  expect(await statusUrl()).toMatch(/^\/fhir\/bulkstatus\//);
  sandbox.faults = { contentLocation: "missing" };
  await expect(kickOff(sandbox, path).then(finished)).rejects.toThrow(/202/);
});
