import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import { requestToken } from "./sign-in";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.1, auth: false });
});
afterAll(() => sandbox.close());

interface Manifest {
  output: { type: string; url: string; count: number }[];
  error: { type: string; url: string; count: number }[];
}

const kickOff = (query = "_type=Patient") =>
  fetch(`${sandbox.fhirBaseUrl}/Group/BMCHealthNet/$export?${query}`, {
    headers: { Prefer: "respond-async" },
  });
const statusOf = async (query?: string) =>
  (await kickOff(query)).headers.get("content-location") as string;

async function manifest(query?: string): Promise<Manifest> {
  const url = await statusOf(query);
  for (;;) {
    const response = await fetch(url);
    if (response.status === 200) return (await response.json()) as Manifest;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const linesOf = async (url: string) =>
  (await (await fetch(url)).text()).split("\n").filter((line) => line !== "");

test.each([
  ["invalidClient", 401, "invalid_client", "Simulated invalid token error"],
  ["registrationExpired", 400, "invalid_grant", "Registration token expired"],
  ["scopeRefused", 400, "invalid_scope", "Simulated invalid scope error"],
  ["wrongAudience", 400, "invalid_grant", "Invalid token 'aud' value."],
] as const)("token: %s", async (token, status, error, description) => {
  sandbox.faults = { token, tokenTimes: 1 };
  const refused = await requestToken(sandbox.config());
  expect(refused.status).toBe(status);
  expect(await refused.json()).toEqual({
    error,
    error_description: expect.stringContaining(description),
  });
  expect((await requestToken(sandbox.config())).status).toBe(200);
});

test("kickoff429 and status429 strike n times, with Retry-After in each form", async () => {
  sandbox.faults = { kickoff429: 2 };
  const statuses = [(await kickOff()).status, (await kickOff()).status, (await kickOff()).status];
  expect(statuses).toEqual([429, 429, 202]);
  const url = await statusOf();
  const retryAfter = async () => {
    const response = await fetch(url);
    expect(response.status).toBe(429);
    return response.headers.get("retry-after") as string;
  };
  sandbox.faults = { status429: 1, retryAfterSeconds: 30 };
  expect(await retryAfter()).toBe("30");
  sandbox.faults = { status429: 1, retryAfterSeconds: 30, retryAfterForm: "date" };
  expect(await retryAfter()).toMatch(/GMT$/);
  sandbox.faults = { status429: 1, retryAfterSeconds: 30, retryAfterForm: "epoch" };
  expect(Number(await retryAfter())).toBeGreaterThan(1_700_000_000);
});

test("status500 is transient and passes; exportError and tooManyFiles stay", async () => {
  const url = await statusOf();
  sandbox.faults = { status500: 1 };
  const transient = await fetch(url);
  expect(transient.status).toBe(500);
  expect(await transient.json()).toMatchObject({ issue: [{ code: "transient" }] });
  expect((await fetch(url)).status).toBe(200);
  sandbox.faults = { exportError: "Disk failure" };
  expect(await (await fetch(url)).json()).toMatchObject({
    issue: [{ diagnostics: "Disk failure" }],
  });
  sandbox.faults = { tooManyFiles: true };
  const refused = await fetch(url);
  expect([refused.status, await refused.text()]).toEqual([413, "Too many files"]);
});

test("html comes where JSON belongs", async () => {
  sandbox.faults = { html: ["kickoff", "groups"] };
  for (const response of [await kickOff(), await fetch(`${sandbox.fhirBaseUrl}/Group`)]) {
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
  }
});

test("cutFile breaks off in the middle, plain and zipped, and only n times", async () => {
  sandbox.faults = {};
  const [file] = (await manifest("_type=Observation")).output;
  const url = file?.url ?? "";
  sandbox.faults = { cutFile: 2 };
  for (const encoding of ["identity", "gzip"])
    await expect(
      fetch(url, { headers: { "Accept-Encoding": encoding } }).then((response) => response.text()),
    ).rejects.toThrow();
  expect(await linesOf(url)).toHaveLength(file?.count ?? 0);
});

test("badLine and wrongTypeLine spoil one line each", async () => {
  sandbox.faults = {};
  const [file] = (await manifest()).output;
  const url = file?.url ?? "";
  const good = await linesOf(url);
  sandbox.faults = { badLine: 2, wrongTypeLine: 3 };
  const bad = await linesOf(url);
  expect(bad.filter((line, number) => line === good[number])).toHaveLength(good.length - 2);
  expect(() => JSON.parse(bad[1] ?? "")).toThrow();
  expect(JSON.parse(bad[2] ?? "")).toMatchObject({ resourceType: "Basic" });
});

test("duplicateLines repeats every patient, wrongCount lies in the manifest", async () => {
  sandbox.faults = { duplicateLines: 3 };
  const [file] = (await manifest()).output;
  const lines = await linesOf(file?.url ?? "");
  expect([lines.length, new Set(lines).size, file?.count]).toEqual([30, 10, 30]);
  sandbox.faults = { wrongCount: 5 };
  expect((await manifest()).output[0]?.count).toBe(15);
});

test("fileGone, file500 and file429 answer so; failedTypes goes into manifest.error", async () => {
  sandbox.faults = {};
  const [file] = (await manifest()).output;
  const status = async () => (await fetch(file?.url ?? "")).status;
  sandbox.faults = { fileGone: 410, fileGoneTimes: 1, file500: 1, file429: 1 };
  expect([await status(), await status(), await status(), await status()]).toEqual([
    410, 429, 500, 200,
  ]);
  sandbox.faults = { failedTypes: ["Condition"] };
  const { output, error } = await manifest("_type=Patient,Condition");
  expect([output.map(({ type }) => type), error.map(({ type }) => type)]).toEqual([
    ["Patient"],
    ["OperationOutcome"],
  ]);
});

test("slowFiles sends in small pieces", async () => {
  sandbox.faults = {};
  const [file] = (await manifest()).output;
  sandbox.faults = { slowFiles: 100_000 };
  const response = await fetch(file?.url ?? "", { headers: { "Accept-Encoding": "identity" } });
  const first = await response.body?.getReader().read();
  expect(first?.value?.length).toBeLessThanOrEqual(10_000);
});

test("faults of a separate process are set by PUT /control/faults, and checked", async () => {
  sandbox.faults = {};
  const put = (body: unknown) =>
    fetch(`${sandbox.url}/control/faults`, { method: "PUT", body: JSON.stringify(body) });
  expect(await (await put({ kickoff429: 1 })).json()).toEqual({ kickoff429: 1 });
  expect((await kickOff()).status).toBe(429);
  expect((await put({ unheardOf: true })).status).toBe(400);
  expect((await put({})).status).toBe(200);
});
