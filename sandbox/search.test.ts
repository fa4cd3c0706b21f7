import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.02, auth: false });
});
afterAll(() => sandbox.close());

interface Bundle {
  total?: number;
  link: { relation: string; url: string }[];
  entry?: { resource: { id: string; meta: { lastUpdated: string }; [name: string]: unknown } }[];
}

const get = async (url: string) =>
  (await (await fetch(new URL(url, `${sandbox.fhirBaseUrl}/`))).json()) as Bundle;

async function everyPage(url: string) {
  const resources: NonNullable<Bundle["entry"]>[number]["resource"][] = [];
  let pages = 0;
  for (let next: string | undefined = url; next; pages += 1) {
    const bundle: Bundle = await get(next);
    resources.push(...(bundle.entry ?? []).map(({ resource }) => resource));
    next = bundle.link.find(({ relation }) => relation === "next")?.url;
  }
  return { resources, pages };
}

test("Group lists eight groups without members; a group read by id has them", async () => {
  const list = await get("Group");
  expect(list.total).toBe(8);
  expect(list.entry?.map(({ resource }) => resource.quantity)).toEqual([2, 5, 1, 1, 5, 1, 1, 4]);
  expect(list.entry?.some(({ resource }) => "member" in resource)).toBe(false);
  const group = (await (await fetch(`${sandbox.fhirBaseUrl}/Group/TuftsHealthPlan`)).json()) as {
    member: { entity: { reference: string } }[];
  };
  expect(group.member).toHaveLength(4);
  for (const { entity } of group.member)
    expect((await fetch(`${sandbox.fhirBaseUrl}/${entity.reference}`)).status).toBe(200);
});

test("pages of a patient's observations add up to the total, each once", async () => {
  const [group] = sandbox.population.groups;
  if (!group) throw new Error("no group");
  const patient = sandbox.population.patientId(group, 0);
  const first = await get(`Observation?patient=Patient/${patient}&_count=7`);
  const { resources, pages } = await everyPage(`Observation?patient=Patient/${patient}&_count=7`);
  expect(resources).toHaveLength(first.total as number);
  expect(new Set(resources.map(({ id }) => id)).size).toBe(resources.length);
  expect(pages).toBe(Math.ceil(resources.length / 7));
  for (const { subject } of resources) expect(subject).toEqual({ reference: `Patient/${patient}` });
});

test("a search over everybody pages through exactly what an export sends", async () => {
  const { resources } = await everyPage("Encounter?_count=90");
  const { Encounter } = await sandbox.expectedCounts(null, ["Encounter"]);
  expect(new Set(resources.map(({ id }) => id)).size).toBe(Encounter);
  expect((await get("Encounter?_count=0")).total).toBe(Encounter);
});

test("_lastUpdated, _id and tokens narrow a search", async () => {
  const all = (await everyPage("Observation?_count=1000")).resources;
  const from = "2025-01-01T00:00:00Z";
  const recent = await everyPage(
    `Observation?_lastUpdated=ge${from}&_lastUpdated=lt2026-01-01&_count=1000`,
  );
  const inside = all.filter(
    ({ meta }) =>
      Date.parse(meta.lastUpdated) >= Date.parse(from) &&
      Date.parse(meta.lastUpdated) < Date.parse("2026-01-01"),
  );
  expect(recent.resources.map(({ id }) => id)).toEqual(inside.map(({ id }) => id));
  expect(inside.length).toBeGreaterThan(0);
  const [some] = all;
  expect((await get(`Observation?_id=${some?.id}`)).entry?.[0]?.resource).toEqual(some);
  const vitals = await everyPage(
    "Observation?category=vital-signs&code=http://loinc.org|85354-9&_count=1000",
  );
  expect(vitals.resources.length).toBeGreaterThan(0);
  for (const { code } of vitals.resources)
    expect(code).toMatchObject({ coding: [{ code: "85354-9" }] });
});

test("an unknown parameter is dropped from the self link, or refused under strict handling", async () => {
  const lenient = await get("Condition?colour=red&_count=1");
  expect(lenient.link[0]?.url).not.toContain("colour");
  const strict = await fetch(`${sandbox.fhirBaseUrl}/Condition?colour=red`, {
    headers: { Prefer: "handling=strict" },
  });
  expect(strict.status).toBe(400);
});

test("an id of nobody, and of another type, is 404 with an OperationOutcome", async () => {
  const [group] = sandbox.population.groups;
  if (!group) throw new Error("no group");
  const patient = sandbox.population.patientId(group, 0);
  for (const path of ["Patient/nobody", `Condition/${patient}`, "Nope/1"]) {
    const response = await fetch(`${sandbox.fhirBaseUrl}/${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ resourceType: "OperationOutcome" });
  }
});
