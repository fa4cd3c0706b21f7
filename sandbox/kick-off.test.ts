import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import {
  countsOf,
  finished,
  kickOff,
  type Manifest,
  manifestOf,
  resourcesOf,
} from "./small-client";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.05, auth: false });
});
afterEach(() => {
  sandbox.faults = {};
});
afterAll(() => sandbox.close());

const group = "/Group/HealthNewEngland/$export";
const saysOf = async (response: Response) =>
  ((await response.json()) as { issue: { diagnostics: string }[] }).issue[0]?.diagnostics;
const types = [
  { name: "_type", valueString: "Patient" },
  { name: "_type", valueString: "Condition" },
];

test.each([
  ["repeated", "?_type=Patient&_type=Condition", "?_type=Patient,Condition", /must be repeated/],
  ["comma", "?_type=Patient,Condition", "?_type=Patient&_type=Condition", /must come once/],
] as const)("lists: %s takes its own form alone", async (lists, good, bad, says) => {
  sandbox.faults = { lists };
  expect((await kickOff(sandbox, group + good)).status).toBe(202);
  const refused = await kickOff(sandbox, group + bad);
  expect(refused.status).toBe(400);
  expect(await saysOf(refused)).toMatch(says);
});

test("v1 takes GET only and none of the later parameters; its manifest has no deleted", async () => {
  sandbox.faults = { dialect: "v1" };
  expect((await kickOff(sandbox, group, types)).status).toBe(405);
  expect((await kickOff(sandbox, `${group}?_elements=id`)).status).toBe(400);
  const manifest = await manifestOf(sandbox, `${group}?_type=Patient`);
  expect(Object.keys(manifest).sort()).toEqual([
    "error",
    "output",
    "request",
    "requiresAccessToken",
    "transactionTime",
  ]);
});

test("v2 knows _elements but not _until; v3 knows it too", async () => {
  const status = async (query: string) => (await kickOff(sandbox, `${group}?${query}`)).status;
  sandbox.faults = { dialect: "v2" };
  expect([await status("_elements=id"), await status("_until=2026-01-01")]).toEqual([202, 400]);
  sandbox.faults = { dialect: "v3" };
  expect(await status("_until=2026-01-01")).toBe(202);
});

test("the ballot takes POST with repeats only, and its manifest is the new one", async () => {
  sandbox.faults = { dialect: "v4", outcomes: [{ severity: "warning", text: "Some are late" }] };
  expect((await kickOff(sandbox, group)).status).toBe(405);
  const joined = [{ name: "_type", valueString: "Patient,Condition" }];
  expect((await kickOff(sandbox, group, joined)).status).toBe(400);
  const manifest = await manifestOf(sandbox, group, [
    ...types,
    { name: "includeAssociatedData", valueCoding: { code: "LatestProvenanceResources" } },
  ]);
  expect(manifest).toMatchObject({
    manifestType: "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/output-manifest",
    outputFormat: "application/fhir+ndjson",
    outcome: [{ count: 1, countSeverity: [{ severity: "warning", count: 1 }] }],
  });
  for (const name of ["request", "error"]) expect(manifest).not.toHaveProperty(name);
  expect(manifest.outcome?.[0]).not.toHaveProperty("type");
  const expected = await sandbox.expectedCounts("HealthNewEngland", ["Patient", "Condition"]);
  expect(await countsOf(manifest.output)).toEqual({ ...expected, Provenance: expected.Patient });
});

test("a parameter that is refused is ignored under handling=lenient, with a warning", async () => {
  sandbox.faults = { kickoffRefuses: ["_elements"] };
  const query = `${group}?_type=Patient&_elements=id`;
  expect((await kickOff(sandbox, query)).status).toBe(400);
  const lenient = { Prefer: "respond-async, handling=lenient" };
  const { error = [], output } = await manifestOf(sandbox, query, undefined, lenient);
  const [outcome] = await resourcesOf(error[0]?.url ?? "");
  expect(outcome).toMatchObject({
    issue: [{ severity: "warning", diagnostics: expect.stringContaining("_elements") }],
  });
  const [patient] = await resourcesOf(output[0]?.url ?? "");
  expect(patient).toHaveProperty("birthDate");
});

test("_typeFilter: filters of a type are alternatives, other types stay whole", async () => {
  const whole = await manifestOf(sandbox, `${group}?_type=Observation,Condition`);
  const all = await resourcesOf(whole.output.find(({ type }) => type === "Observation")?.url ?? "");
  const category = (resource: object) => JSON.stringify(resource).match(/"(laboratory|survey)"/);
  const filters = ["Observation?category=laboratory", "Observation?category=survey"]
    .map((one) => `_typeFilter=${encodeURIComponent(one)}`)
    .join("&");
  for (const query of [filters, filters.replace("&_typeFilter=", ",")]) {
    const manifest = await manifestOf(sandbox, `${group}?_type=Observation,Condition&${query}`);
    const item = manifest.output.find(({ type }) => type === "Observation");
    expect(await resourcesOf(item?.url ?? "")).toEqual(all.filter(category));
    expect(manifest.output.find(({ type }) => type === "Condition")?.count).toBe(
      whole.output.find(({ type }) => type === "Condition")?.count,
    );
  }
  const wrong = `${group}?_typeFilter=${encodeURIComponent("Observation?_sort=date")}`;
  expect((await kickOff(sandbox, wrong)).status).toBe(400);
  sandbox.faults = { kickoffIgnoresSilently: ["_typeFilter"] };
  const ignored = await manifestOf(sandbox, `${group}?_type=Observation&${filters}`);
  expect([ignored.output[0]?.count, ignored.error]).toEqual([all.length, []]);
});

test("_typeFilter by date and by _lastUpdated", async () => {
  const query = encodeURIComponent("Observation?date=ge2025-01-01&date=lt2026-01-01");
  const manifest = await manifestOf(sandbox, `${group}?_type=Observation&_typeFilter=${query}`);
  const found = await resourcesOf(manifest.output[0]?.url ?? "");
  expect(found.length).toBeGreaterThan(0);
  for (const { effectiveDateTime } of found)
    expect(effectiveDateTime).toMatch(/^2025-|^2024-12-31T19/);
});

test("organizeOutputBy=Patient: blocks behind headers, split blocks say where they go on", async () => {
  sandbox.faults = { resourcesPerFile: 60 };
  const manifest = await manifestOf(sandbox, `${group}?organizeOutputBy=Patient`);
  expect(manifest.outputOrganizedBy).toBe("Patient");
  expect(manifest.output.every((item) => item.type === undefined)).toBe(true);
  expect(manifest.output.some((item) => item.continuesInFile)).toBe(true);
  for (const [number, { continuesInFile }] of manifest.output.entries())
    if (continuesInFile) expect(continuesInFile).toBe(manifest.output[number + 1]?.url);
  let patient = "";
  for (const { url, count } of manifest.output) {
    const resources = await resourcesOf(url);
    expect(resources).toHaveLength(count ?? 0);
    for (const resource of resources) {
      if (resource.resourceType === "Parameters")
        patient = JSON.stringify(resource).match(/Patient\/[^"]+/)?.[0] ?? "";
      else if (resource.subject) expect(resource.subject).toEqual({ reference: patient });
    }
  }
  expect(await countsOf(manifest.output)).toEqual(await sandbox.expectedCounts("HealthNewEngland"));
});

test("exportsAtOnce: 429 while another is prepared, or until it is deleted", async () => {
  sandbox.faults = { exportsAtOnce: 1, preparationMs: 60_000 };
  const first = (await kickOff(sandbox, group)).headers.get("content-location") ?? "";
  const refused = await kickOff(sandbox, group);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
  expect((await fetch(first, { method: "DELETE" })).status).toBe(202);
  expect((await kickOff(sandbox, group)).status).toBe(202);

  const fresh = await startSandbox({ scale: 0.01, auth: false });
  fresh.faults = { exportsAtOnce: 1, exportsUntilDeleted: true };
  const accepted = await kickOff(fresh, group);
  expect((await finished(accepted)).status).toBe(200);
  expect((await kickOff(fresh, group)).status).toBe(429);
  await fetch(accepted.headers.get("content-location") ?? "", { method: "DELETE" });
  expect((await kickOff(fresh, group)).status).toBe(202);
  await fresh.close();
});

test.each([403, 404, 405, 501] as const)("exportMissing %i, and not listed", async (status) => {
  sandbox.faults = { exportMissing: status, exportUnlisted: true };
  const refused = await kickOff(sandbox, group);
  expect(refused.status).toBe(status);
  expect(await refused.json()).toMatchObject({ resourceType: "OperationOutcome" });
  const metadata = await (await fetch(`${sandbox.fhirBaseUrl}/metadata`)).text();
  expect(metadata).not.toContain("export");
});

test.each([
  ["text", 413, /^Too many files$/],
  ["outcome413", 413, /OperationOutcome.*Too many files/],
  ["outcome500", 500, /OperationOutcome.*Too many files/],
] as const)(
  "tooManyFiles %s at kick-off and at status, above a number",
  async (form, status, says) => {
    sandbox.faults = { tooManyFiles: form, tooManyFilesAt: "kickoff", tooManyFilesAbove: 1 };
    const refused = await kickOff(sandbox, `${group}?_type=Patient,Condition`);
    expect([refused.status, await refused.text()]).toEqual([status, expect.stringMatching(says)]);
    expect((await kickOff(sandbox, `${group}?_type=Patient&_elements=id`)).status).toBe(202);
    sandbox.faults = { tooManyFiles: form, tooManyFilesAbove: 1 };
    const late = await finished(await kickOff(sandbox, `${group}?_type=Patient,Condition`));
    expect([late.status, await late.text()]).toEqual([status, expect.stringMatching(says)]);
    expect((await finished(await kickOff(sandbox, `${group}?_type=Patient`))).status).toBe(200);
  },
);

test("allowPartialManifests: pages that together hold everything, the first while it still runs", async () => {
  sandbox.faults = { preparationMs: 400, earlyManifest: true, manifestPage: 3 };
  const accepted = await kickOff(sandbox, `${group}?allowPartialManifests=true`);
  const url = accepted.headers.get("content-location") ?? "";
  let early: Manifest | null = null;
  let response = await fetch(url);
  for (; response.status === 202; response = await fetch(url)) {
    const text = await response.text();
    if (text) early = JSON.parse(text) as Manifest;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let page = (await response.json()) as Manifest;
  expect(early?.output).toEqual(page.output);
  expect(early?.link).toBeUndefined();
  const items = [...page.output];
  for (let next = page.link?.[0]?.url; next; next = page.link?.[0]?.url) {
    page = (await (await fetch(next)).json()) as Manifest;
    items.push(...page.output);
  }
  expect(items.length).toBeGreaterThan(6);
  expect(await countsOf(items)).toEqual(await sandbox.expectedCounts("HealthNewEngland"));
});

test("a client's kick-offs are recorded with their parameters", async () => {
  await kickOff(sandbox, group, types);
  const last = sandbox.requests.at(-1);
  expect(last).toMatchObject({
    method: "POST",
    status: 202,
    authorization: false,
    parameters: [
      ["_type", "Patient"],
      ["_type", "Condition"],
    ],
  });
});
