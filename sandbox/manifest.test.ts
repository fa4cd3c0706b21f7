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
  sandbox = await startSandbox({ scale: 0.02, auth: false });
});
afterEach(() => {
  sandbox.faults = {};
});
afterAll(() => sandbox.close());

const path = "/Group/FallonHealth/$export?_type=Patient,Condition";

test("manifestWithout leaves fields out, and count of the items", async () => {
  sandbox.faults = { manifestWithout: ["error", "request", "deleted", "count"] };
  const manifest = await manifestOf(sandbox, path);
  expect(Object.keys(manifest).sort()).toEqual([
    "output",
    "requiresAccessToken",
    "transactionTime",
  ]);
  expect(Object.keys(manifest.output[0] ?? {}).sort()).toEqual(["type", "url"]);
});

test("emptyOutput, unknownFields and outcomes of every severity", async () => {
  sandbox.faults = {
    emptyOutput: true,
    unknownFields: true,
    outcomes: [
      { severity: "information", text: "Fine" },
      { severity: "error", code: "not-found", text: "One is gone" },
    ],
  };
  const manifest = await manifestOf(sandbox, path);
  expect(manifest.output).toEqual([]);
  expect(manifest).toHaveProperty("x-vendor-hint");
  const outcomes = await resourcesOf(manifest.error?.[0]?.url ?? "");
  expect(outcomes.map(({ issue }) => (issue as { severity: string }[])[0]?.severity)).toEqual([
    "information",
    "error",
  ]);
});

test.each(["rooted", "relative", "otherHost"] as const)(
  "links %s lead to the same files",
  async (links) => {
    sandbox.faults = { links };
    const accepted = await kickOff(sandbox, path);
    const statusUrl = accepted.headers.get("content-location") ?? "";
    const { output } = (await (await finished(accepted)).json()) as Manifest;
    const items = output.map(({ url }) => ({ url: new URL(url, statusUrl).href }));
    expect(await countsOf(items)).toEqual(
      await sandbox.expectedCounts("FallonHealth", ["Patient", "Condition"]),
    );
    const own = items[0]?.url.startsWith(sandbox.url);
    expect(own).toBe(links !== "otherHost");
    if (links === "otherHost")
      expect(
        (await fetch(items[0]?.url ?? "", { headers: { Authorization: "Bearer x" } })).status,
      ).toBe(400);
  },
);

test("with partial manifests the parts of a type say where they go on, even on the next page", async () => {
  sandbox.faults = { resourcesPerFile: 5, manifestPage: 2 };
  const query = "/Group/HealthNewEngland/$export?_type=Condition&allowPartialManifests=true";
  let page = await manifestOf(sandbox, query);
  const items = [...page.output];
  for (let next = page.link?.[0]?.url; next; next = page.link?.[0]?.url) {
    page = (await (await fetch(next)).json()) as Manifest;
    items.push(...page.output);
  }
  expect(items.length).toBeGreaterThan(2);
  for (const [number, { continuesInFile }] of items.entries())
    expect(continuesInFile).toBe(items[number + 1]?.url);
});
