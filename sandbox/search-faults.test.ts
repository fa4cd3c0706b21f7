import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import { countsOf, manifestOf } from "./small-client";

let sandbox: Sandbox;
let patient: string;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.02, auth: false });
  const [group] = sandbox.population.groups;
  if (group) patient = `Patient/${sandbox.population.patientId(group, 0)}`;
});
afterEach(() => {
  sandbox.faults = {};
});
afterAll(() => sandbox.close());

interface Bundle {
  total?: number;
  link: { relation: string; url: string }[];
  entry?: {
    resource: { resourceType: string; id: string; subject?: { reference: string } };
    search: { mode: string };
  }[];
}
interface Member {
  entity: { reference: string };
  inactive?: boolean;
  period?: { end?: string };
}

const ask = (path: string, init?: RequestInit) =>
  fetch(new URL(path, `${sandbox.fhirBaseUrl}/`), init);
const bundleOf = async (path: string) => (await (await ask(path)).json()) as Bundle;
const nextOf = (bundle: Bundle) => bundle.link.find(({ relation }) => relation === "next")?.url;
const ids = (bundles: Bundle[]) =>
  bundles.flatMap(({ entry = [] }) => entry.map(({ resource }) => resource.id));

async function pages(path: string): Promise<Bundle[]> {
  const all = [await bundleOf(path)];
  for (let next = nextOf(all[0] as Bundle); next; next = nextOf(all.at(-1) as Bundle))
    all.push(await bundleOf(next));
  return all;
}

test.each([403, 404, 405, 501] as const)(
  "searchForbidden %i, for some types or all",
  async (status) => {
    sandbox.faults = { searchForbidden: status, searchForbiddenTypes: ["Condition"] };
    const all = async () => [
      (await ask(`Condition?patient=${patient}`)).status,
      (await ask(`Encounter?patient=${patient}`)).status,
      (await ask("Group/FallonHealth")).status,
    ];
    expect(await all()).toEqual([status, 200, 200]);
    sandbox.faults = { searchForbidden: status };
    expect(await all()).toEqual([status, status, 200]);
  },
);

test("searchIgnores: everybody's rows, in silence; the self link is honest or an echo", async () => {
  const path = `Encounter?patient=${patient}&_lastUpdated=gt2020-01-01&_count=5`;
  const subjects = (bundles: Bundle[]) =>
    new Set(
      bundles.flatMap(({ entry = [] }) => entry.map(({ resource }) => resource.subject?.reference)),
    );
  expect(subjects(await pages(path)).size).toBe(1);
  sandbox.faults = { searchIgnores: ["patient"] };
  const ignored = await pages(path);
  expect(subjects(ignored).size).toBeGreaterThan(5);
  expect(ignored[0]?.link[0]?.url).not.toContain("patient");
  expect((await ask(path, { headers: { Prefer: "handling=strict" } })).status).toBe(200);
  sandbox.faults = { searchIgnores: ["patient"], selfLinkEchoes: true };
  expect((await bundleOf(path)).link[0]?.url).toContain("patient");
});

test("searchDemands and searchRefuses get 400 in words", async () => {
  sandbox.faults = {
    searchDemands: { Observation: ["category", "code"], MedicationRequest: ["intent"] },
    searchRefuses: ["_lastUpdated"],
  };
  for (const [path, says] of [
    [`Observation?patient=${patient}`, /category, code/],
    [`MedicationRequest?patient=${patient}`, /intent/],
    [`Condition?patient=${patient}&_lastUpdated=ge2020-01-01`, /_lastUpdated/],
  ] as const) {
    const refused = await ask(path);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(says);
  }
  expect(await (await ask("metadata")).text()).not.toContain("_lastUpdated");
  const categories = ["vital-signs", "laboratory", "survey", "social-history"];
  const found = await Promise.all(
    categories.map((category) => pages(`Observation?patient=${patient}&category=${category}`)),
  );
  sandbox.faults = {};
  const whole = ids(await pages(`Observation?patient=${patient}`));
  expect(ids(found.flat()).sort()).toEqual(whole.sort());
  sandbox.faults = { searchDemands: { MedicationRequest: ["intent"] } };
  expect((await ask(`MedicationRequest?patient=${patient}&intent=order`)).status).toBe(200);
});

test.each(["opaque", "relative"] as const)(
  "next links that are %s lead through every page",
  async (nextLink) => {
    const path = `Observation?patient=${patient}&_count=7`;
    const usual = await pages(path);
    sandbox.faults = { nextLink };
    const own = await pages(path);
    expect(ids(own)).toEqual(ids(usual));
    const next = nextOf(own[0] as Bundle) ?? "";
    expect(next).toMatch(nextLink === "opaque" ? /\/fhir\?_getpages=[\w-]+$/ : /^Observation\?/);
  },
);

test("nextLink loop leads to the same page; largestPage, noTotal and outcome entries", async () => {
  sandbox.faults = { nextLink: "loop" };
  const first = await bundleOf(`Encounter?patient=${patient}`);
  expect(ids([await bundleOf(nextOf(first) ?? "")])).toEqual(ids([first]));
  sandbox.faults = { largestPage: 2, noTotal: true, searchOutcome: true };
  const bundle = await bundleOf(`Encounter?patient=${patient}&_count=50`);
  expect(bundle.total).toBeUndefined();
  expect(bundle.entry?.map(({ search }) => search.mode)).toEqual(["match", "match", "outcome"]);
});

test("POST _search is the same search, and may be the only one", async () => {
  const wanted = ids(await pages(`Condition?patient=${patient}&_count=1000`));
  sandbox.faults = { searchPostOnly: true };
  expect((await ask(`Condition?patient=${patient}`)).status).toBe(405);
  const posted = await ask("Condition/_search", {
    method: "POST",
    body: new URLSearchParams({ patient, _count: "1000" }),
  });
  expect(ids([(await posted.json()) as Bundle])).toEqual(wanted);
});

test("search429, search500, search503 strike n times; searchesAtOnce limits", async () => {
  sandbox.faults = { search429: 1, search500: 1, search503: 1 };
  const status = async () => (await ask(`Condition?patient=${patient}`)).status;
  expect([await status(), await status(), await status(), await status()]).toEqual([
    429, 500, 503, 200,
  ]);
  sandbox.faults = { searchesAtOnce: 2, slowSearchMs: 100 };
  const statuses = await Promise.all([status(), status(), status()]);
  expect(statuses.sort()).toEqual([200, 200, 429]);
});

test("membership: nested groups, with one patient twice and maybe a cycle", async () => {
  const direct = (await (await ask("Group/HealthNewEngland")).json()) as { member: Member[] };
  const wanted = direct.member.map(({ entity }) => entity.reference).sort();
  for (const membership of ["nested", "cycle"] as const) {
    sandbox.faults = { membership };
    const patients: string[] = [];
    const seen = new Set<string>();
    const follow = async (reference: string): Promise<void> => {
      if (seen.has(reference)) return;
      seen.add(reference);
      const { member } = (await (await ask(reference)).json()) as { member: Member[] };
      for (const { entity } of member)
        if (entity.reference.startsWith("Group/")) await follow(entity.reference);
        else patients.push(entity.reference);
    };
    await follow("Group/HealthNewEngland");
    expect(seen.size).toBe(3);
    expect(patients.length).toBe(wanted.length + 1);
    expect([...new Set(patients)].sort()).toEqual(wanted);
  }
});

test("criteria groups list nobody; _has finds the members, and so does an export", async () => {
  const direct = (await (await ask("Group/TuftsHealthPlan")).json()) as { member: Member[] };
  const wanted = direct.member.map(({ entity }) => entity.reference.replace("Patient/", "")).sort();
  sandbox.faults = { membership: "criteria" };
  const group = (await (await ask("Group/TuftsHealthPlan")).json()) as Record<string, unknown>;
  expect(group).not.toHaveProperty("member");
  expect(ids(await pages("Patient?_has:Group:member:_id=TuftsHealthPlan")).sort()).toEqual(wanted);
  const manifest = await manifestOf(
    sandbox,
    "/Group/TuftsHealthPlan/$export?_type=Patient&_elements=id",
  );
  expect(await countsOf(manifest.output)).toEqual({ Patient: wanted.length });
  sandbox.faults = { membership: "forbidden" };
  expect((await ask("Group/TuftsHealthPlan")).status).toBe(403);
});

test("inactiveMembers are strangers who left, marked as such", async () => {
  sandbox.faults = { inactiveMembers: 1 };
  const { member } = (await (await ask("Group/TuftsHealthPlan")).json()) as { member: Member[] };
  const former = member.filter(({ inactive, period }) => inactive || period?.end);
  expect(former).toHaveLength(2);
  expect(member.length - former.length).toBe(4);
  for (const { entity } of former) expect((await ask(entity.reference)).status).toBe(200);
});

test("a search sees the server's present and its deletions", async () => {
  sandbox.faults = { now: "2024-01-01T00:00:00Z", deletedShare: 0.3 };
  const { Observation } = await sandbox.expectedCounts(null, ["Observation"]);
  expect((await bundleOf("Observation?_count=0")).total).toBe(Observation);
  const gone = sandbox.expectedDeletions(null, ["Observation"])[0] ?? "";
  expect((await ask(gone)).status).toBe(404);
});
