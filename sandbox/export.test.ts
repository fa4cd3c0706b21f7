import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import { signIn } from "./sign-in";

let sandbox: Sandbox;
let headers: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.05, resourcesPerFile: 150 });
  headers = await signIn(sandbox.config());
});
afterAll(() => sandbox.close());

interface Manifest {
  request: string;
  requiresAccessToken: boolean;
  output: { type: string; url: string; count: number }[];
  error: { type: string; url: string; count: number }[];
}

const kickOff = (path: string, init: RequestInit = {}) =>
  fetch(`${sandbox.fhirBaseUrl}${path}`, {
    ...init,
    headers: {
      ...headers,
      Accept: "application/fhir+json",
      Prefer: "respond-async",
      ...init.headers,
    },
  });

async function manifestOf(response: Response): Promise<Manifest> {
  expect(response.status).toBe(202);
  const statusUrl = response.headers.get("content-location") as string;
  for (;;) {
    const status = await fetch(statusUrl, { headers });
    if (status.status === 200) return (await status.json()) as Manifest;
    expect(status.status).toBe(202);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function resourcesOf(manifest: Manifest) {
  const found = new Map<string, Map<string, Record<string, unknown>>>();
  for (const { type, url, count } of manifest.output) {
    const lines = (await (await fetch(url, { headers })).text()).split("\n").filter(Boolean);
    expect(lines).toHaveLength(count);
    const byId = found.get(type) ?? new Map();
    for (const line of lines) {
      const resource = JSON.parse(line);
      if (resource.resourceType !== type) throw new Error(`${resource.resourceType} among ${type}`);
      byId.set(resource.id, resource);
    }
    found.set(type, byId);
  }
  return found;
}

const sizes = (found: Map<string, Map<string, unknown>>) =>
  Object.fromEntries([...found].map(([type, byId]) => [type, byId.size]));

test("a group export sends, split into files, exactly what the sandbox says it sends", async () => {
  const manifest = await manifestOf(await kickOff("/Group/HealthNewEngland/$export"));
  expect(manifest.requiresAccessToken).toBe(true);
  expect(manifest.output.filter(({ type }) => type === "Observation").length).toBeGreaterThan(3);
  const found = await resourcesOf(manifest);
  expect(sizes(found)).toEqual(await sandbox.expectedCounts("HealthNewEngland"));
  const sent = await fetch(`${sandbox.url}/sent?group=HealthNewEngland`);
  expect(await sent.json()).toMatchObject({ counts: sizes(found) });

  const text = JSON.stringify([...found.values()].flatMap((byId) => [...byId.values()]));
  const references = [...text.matchAll(/"reference":"(\w+)\/([^"]+)"/g)];
  const dangling = references.filter(([, type = "", id = ""]) => !found.get(type)?.has(id));
  expect(references.length).toBeGreaterThan(1000);
  expect(dangling.map(([reference]) => reference)).toEqual([]);
});

test("system, patient and group level, GET and POST, commas and repeats all mean what they say", async () => {
  const body = JSON.stringify({
    resourceType: "Parameters",
    parameter: [
      { name: "_type", valueString: "Patient" },
      { name: "_type", valueString: "Condition" },
    ],
  });
  const types = ["Patient", "Condition"] as const;
  const all = await sandbox.expectedCounts(null, types);
  for (const path of ["/$export", "/Patient/$export"]) {
    const got = await resourcesOf(
      await manifestOf(await kickOff(`${path}?_type=Patient,Condition`)),
    );
    expect(sizes(got)).toEqual(all);
  }
  const posted = await manifestOf(
    await kickOff("/Group/FallonHealth/$export", {
      method: "POST",
      body,
      headers: { "Content-Type": "application/fhir+json" },
    }),
  );
  const repeated = await manifestOf(
    await kickOff("/Group/FallonHealth/$export?_type=Patient&_type=Condition"),
  );
  const expected = await sandbox.expectedCounts("FallonHealth", types);
  expect(sizes(await resourcesOf(posted))).toEqual(expected);
  expect(sizes(await resourcesOf(repeated))).toEqual(expected);
});

test("_since sends what changed after it, and nothing else", async () => {
  const since = new Date("2025-06-01T00:00:00Z");
  const manifest = await manifestOf(
    await kickOff(
      `/Group/TuftsHealthPlan/$export?_since=${since.toISOString()}&_type=Observation,Patient`,
    ),
  );
  const found = await resourcesOf(manifest);
  const types = ["Observation", "Patient"] as const;
  expect(sizes(found)).toEqual(await sandbox.expectedCounts("TuftsHealthPlan", types, since));
  const whole = await sandbox.expectedCounts("TuftsHealthPlan", types);
  expect(found.get("Observation")?.size).toBeLessThan(whole.Observation as number);
  for (const resource of found.get("Observation")?.values() ?? []) {
    const { lastUpdated } = resource.meta as { lastUpdated: string };
    expect(Date.parse(lastUpdated)).toBeGreaterThan(since.getTime());
  }
});

test("patient and _elements of a POST are obeyed", async () => {
  const group = sandbox.population.group("TuftsHealthPlan");
  if (!group) throw new Error("no group");
  const id = sandbox.population.patientId(group, 3);
  const manifest = await manifestOf(
    await kickOff("/Group/TuftsHealthPlan/$export", {
      method: "POST",
      headers: { "Content-Type": "application/fhir+json" },
      body: JSON.stringify({
        resourceType: "Parameters",
        parameter: [
          { name: "_type", valueString: "Patient,Encounter" },
          { name: "patient", valueReference: { reference: `Patient/${id}` } },
          { name: "_elements", valueString: "Patient.birthDate" },
        ],
      }),
    }),
  );
  const found = await resourcesOf(manifest);
  const patients = [...(found.get("Patient")?.values() ?? [])];
  expect(patients.map((patient) => patient.id)).toEqual([id]);
  expect(Object.keys(patients[0] ?? {}).sort()).toEqual([
    "birthDate",
    "id",
    "meta",
    "resourceType",
  ]);
  for (const encounter of found.get("Encounter")?.values() ?? [])
    expect(encounter.subject).toEqual({ reference: `Patient/${id}` });
});

test.each([
  ["_type=Nope", {}, /"Nope" is not available/],
  ["_since=yesterday", {}, /_since/],
  ["_outputFormat=text/csv", {}, /output format/],
  ["patient=1", {}, /POST/],
  ["_color=red", {}, /_color/],
  ["", { Prefer: "return=minimal" }, /Prefer header must be respond-async/],
  ["", { Accept: "text/csv" }, /Accept header/],
])("a kick-off with %s %o is refused with an OperationOutcome", async (query, wrong, says) => {
  const response = await kickOff(`/Group/FallonHealth/$export?${query}`, { headers: wrong });
  expect(response.status).toBe(400);
  const { issue } = (await response.json()) as { issue: { diagnostics: string }[] };
  expect(issue[0]?.diagnostics).toMatch(says);
});

test("what is accepted but not obeyed is told in the manifest", async () => {
  sandbox.faults = { kickoffIgnores: ["_typeFilter"] };
  const manifest = await manifestOf(
    await kickOff("/Group/FallonHealth/$export?_type=Patient&_typeFilter=Patient%3Fgender%3Dmale"),
  );
  sandbox.faults = {};
  expect(manifest.error).toHaveLength(1);
  const text = await (await fetch(manifest.error[0]?.url ?? "", { headers })).text();
  expect(JSON.parse(text)).toMatchObject({
    issue: [{ severity: "warning", diagnostics: expect.stringContaining("_typeFilter") }],
  });
});

test("a group that does not exist: an empty export, or 404 when so set", async () => {
  expect((await manifestOf(await kickOff("/Group/Nope/$export"))).output).toEqual([]);
  const strict = await startSandbox({ auth: false, scale: 0.01, unknownGroup: "404" });
  const response = await fetch(`${strict.fhirBaseUrl}/Group/Nope/$export`, {
    headers: { Prefer: "respond-async" },
  });
  expect(response.status).toBe(404);
  await strict.close();
});

test("preparation takes its time, with X-Progress and Retry-After", async () => {
  sandbox.faults = { preparationMs: 60_000, retryAfterSeconds: 7 };
  const response = await kickOff("/Group/FallonHealth/$export");
  sandbox.faults = {};
  const statusUrl = response.headers.get("content-location") as string;
  sandbox.faults = { retryAfterSeconds: 7 };
  const status = await fetch(statusUrl, { headers });
  sandbox.faults = {};
  expect(status.status).toBe(202);
  expect(status.headers.get("x-progress")).toMatch(/^\d+% complete/);
  expect(status.headers.get("retry-after")).toBe("7");

  expect((await fetch(statusUrl, { method: "DELETE", headers })).status).toBe(202);
  const gone = await fetch(statusUrl, { headers });
  expect(gone.status).toBe(404);
  expect(await gone.json()).toMatchObject({ resourceType: "OperationOutcome" });
});

test("a file is the same bytes plain, with its length, and by gzip", async () => {
  const manifest = await manifestOf(await kickOff("/Group/FallonHealth/$export?_type=Condition"));
  const url = manifest.output[0]?.url ?? "";
  const plain = await fetch(url, { headers: { ...headers, "Accept-Encoding": "identity" } });
  const bytes = new Uint8Array(await plain.arrayBuffer());
  expect(plain.headers.get("content-type")).toBe("application/fhir+ndjson");
  expect(plain.headers.get("content-length")).toBe(String(bytes.length));
  const zipped = await fetch(url, { headers: { ...headers, "Accept-Encoding": "gzip" } });
  expect(zipped.headers.get("content-encoding")).toBe("gzip");
  expect(new Uint8Array(await zipped.arrayBuffer())).toEqual(bytes);
  expect((await fetch(url)).status).toBe(401);
});
