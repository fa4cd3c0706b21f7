import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import { type Manifest, manifestOf, resourcesOf } from "./small-client";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.05, auth: false });
});
afterAll(() => sandbox.close());

const group = "HealthNewEngland";
type Resource = Awaited<ReturnType<typeof resourcesOf>>[number];

async function exported(query = "", parameters?: Record<string, unknown>[]) {
  const manifest = await manifestOf(sandbox, `/Group/${group}/$export${query}`, parameters);
  const resources = new Map<string, Resource>();
  for (const { url } of manifest.output)
    for (const resource of await resourcesOf(url))
      resources.set(`${resource.resourceType}/${resource.id}`, resource);
  return { manifest, resources };
}

async function deletionsOf(manifest: Manifest): Promise<string[]> {
  const bundles = (
    await Promise.all((manifest.deleted ?? []).map(({ url }) => resourcesOf(url)))
  ).flat();
  return bundles.flatMap((bundle) => {
    expect(bundle).toMatchObject({ resourceType: "Bundle", type: "transaction" });
    return (bundle.entry as { request: { method: string; url: string } }[]).map(({ request }) => {
      expect(request.method).toBe("DELETE");
      return request.url;
    });
  });
}

const byType = (resources: Iterable<Resource>) => {
  const counts: Record<string, number> = {};
  for (const { resourceType } of resources) counts[resourceType] = (counts[resourceType] ?? 0) + 1;
  return counts;
};

test("an export then, what changed and what was deleted since: together the state of now", async () => {
  const then = "2025-10-01T00:00:00Z";
  const now = "2026-11-01T00:00:00Z";
  sandbox.faults = { now: then, deletedShare: 0.3 };
  const first = await exported();
  expect(first.manifest.transactionTime).toBe("2025-10-01T00:00:00.000Z");
  expect(first.manifest.deleted).toEqual([]);
  expect(byType(first.resources.values())).toEqual(await sandbox.expectedCounts(group));

  sandbox.faults = { now, deletedShare: 0.3 };
  const since = first.manifest.transactionTime;
  const second = await exported(`?_since=${since}`);
  const deletions = await deletionsOf(second.manifest);
  expect(deletions.sort()).toEqual(
    sandbox.expectedDeletions(group, undefined, new Date(since)).sort(),
  );
  expect(deletions.some((key) => first.resources.has(key))).toBe(true);
  expect(deletions.some((key) => second.resources.has(key))).toBe(false);

  const merged = new Map([...first.resources, ...second.resources]);
  for (const key of deletions) merged.delete(key);
  const fresh = await exported();
  expect(merged).toEqual(fresh.resources);
  expect(byType(fresh.resources.values())).toEqual(await sandbox.expectedCounts(group));
  const versions = [...first.resources.values()].filter(
    ({ resourceType, meta }) =>
      resourceType === "Patient" && (meta as { versionId: string }).versionId === "0",
  );
  expect(versions.length).toBeGreaterThan(0);
});

test("newMembers: they join later, and their past comes by patient without _since", async () => {
  sandbox.faults = { newMembers: 2 };
  const before = await exported();
  expect(byType(before.resources.values())).toEqual(await sandbox.expectedCounts(group));
  sandbox.faults = {};
  const members = await exported("?_type=Patient&_elements=id");
  const joined = [...members.resources.keys()].filter((key) => !before.resources.has(key));
  expect(joined).toHaveLength(2);
  const past = await exported(
    "",
    joined.map((reference) => ({ name: "patient", valueReference: { reference } })),
  );
  const after = await exported();
  expect(new Set([...before.resources.keys(), ...past.resources.keys()])).toEqual(
    new Set(after.resources.keys()),
  );
});
