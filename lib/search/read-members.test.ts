import { expect, test } from "vitest";
import { readAllPatients, readMembers } from "./read-members";
import { base, bundle, json, outcome, stubServer } from "./stub-server";

const group = (id: string, fields: Record<string, unknown>) => ({
  resourceType: "Group",
  id,
  type: "person",
  actual: true,
  ...fields,
});
const member = (reference: string, more = {}) => ({ entity: { reference }, ...more });

/** A server with these groups, and nothing else. */
const withGroups = (groups: Record<string, unknown>, patients?: (url: URL) => Response) =>
  stubServer((url) => {
    const id = /\/Group\/([^/]+)$/.exec(url.pathname)?.[1];
    if (id) return groups[id] ? json(groups[id]) : outcome(404, `There is no Group/${id}`);
    return patients?.(url) ?? outcome(400, "Unknown search parameter _has");
  });

test("inactive members and those whose time has ended are left out, and counted", async () => {
  const { server, deps } = withGroups({
    g: group("g", {
      member: [
        member("Patient/a"),
        member("Patient/b", { inactive: true }),
        member("Patient/c", { period: { start: "1950", end: "1960-01-01" } }),
        member("Patient/d", { period: { end: "2999-01-01" } }),
        member(`${base}/Patient/e/_history/3`),
        member("Patient/a"),
      ],
    }),
  });
  const members = await readMembers("g", server, { ...deps, now: () => new Date("2026-01-01") });
  expect(members).toMatchObject({ patients: ["a", "d", "e"], inactive: 2, unidentified: 0 });
});

test("members that are no patients are none, and those nobody here can look up are counted", async () => {
  const { server, deps } = withGroups({
    g: group("g", {
      member: [
        member("Patient/a"),
        member("Practitioner/x"),
        member("https://elsewhere.example/fhir/Patient/z"),
        { entity: { identifier: { value: "MRN 1" } } },
      ],
    }),
  });
  const members = await readMembers("g", server, deps);
  expect(members).toMatchObject({ patients: ["a"], unidentified: 2 });
});

test("groups in groups are followed, each once, also where they hold each other", async () => {
  const { server, deps, asked } = withGroups({
    g: group("g", { member: [member("Group/h"), member("Patient/a"), member("Group/i")] }),
    h: group("h", { member: [member("Group/g"), member("Patient/b")] }),
    i: group("i", { member: [member("Patient/b"), member("Group/h"), member("Patient/c")] }),
  });
  const members = await readMembers("g", server, deps);
  expect(members).toMatchObject({ patients: ["a", "b", "c"], groups: 3 });
  expect(asked).toHaveLength(3);
});

/** Every answer repeats the whole query as its self link: that proves nothing. */
const patientsPage = (url: URL, ids: string[], next?: string) =>
  json(
    bundle(
      ids.map((id) => ({ resourceType: "Patient", id })),
      {
        link: [
          { relation: "self", url: url.href },
          ...(next ? [{ relation: "next", url: next }] : []),
        ],
      },
    ),
  );

test("a group by criteria is asked for by reverse chaining, page by page", async () => {
  const { server, deps } = withGroups({ g: group("g", { actual: false }) }, (url) => {
    if (url.searchParams.has("page")) return patientsPage(url, ["b"]);
    return url.searchParams.get("_has:Group:member:_id") === "g"
      ? patientsPage(url, ["a"], `${url.href}&page=2`)
      : patientsPage(url, []);
  });
  expect((await readMembers("g", server, deps)).patients).toEqual(["a", "b"]);
});

test("a server that passes over the reverse chain is not believed: it sends everybody", async () => {
  const { server, deps } = withGroups({ g: group("g", { quantity: 12 }) }, (url) =>
    patientsPage(url, ["anybody"]),
  );
  const members = await readMembers("g", server, deps);
  expect(members.patients).toBeNull();
  expect(members.reason).toContain("_has:Group:member:_id");
});

test("members that may not be read are searched for; where that fails too, the first reason is told", async () => {
  const hidden = (patients: (url: URL) => Response) =>
    stubServer((url) =>
      url.pathname.endsWith("/Group/g") ? outcome(403, "Members are not shown") : patients(url),
    );
  const searched = hidden((url) =>
    patientsPage(url, url.searchParams.get("_has:Group:member:_id") === "g" ? ["a"] : []),
  );
  expect((await readMembers("g", searched.server, searched.deps)).patients).toEqual(["a"]);
  const refused = hidden(() => outcome(400, "What is _has?"));
  const members = await readMembers("g", refused.server, refused.deps);
  expect(members).toMatchObject({ patients: null });
  expect(members.reason).toContain("Members are not shown");
});

test("a server that refuses the reverse chain says why its members are not known", async () => {
  const { server, deps } = withGroups({ g: group("g", { actual: false }) });
  const members = await readMembers("g", server, deps);
  expect(members).toMatchObject({ patients: null });
  expect(members.reason).toContain("Unknown search parameter _has");
});

test("a group that says itself that it is empty is empty", async () => {
  const { server, deps, asked } = withGroups({ g: group("g", { quantity: 0 }) });
  expect((await readMembers("g", server, deps)).patients).toEqual([]);
  expect(asked).toHaveLength(1);
});

test("a group that is not there is a refusal, and so is what is no group", async () => {
  const { server, deps } = withGroups({ h: { resourceType: "Patient", id: "h" } });
  await expect(readMembers("g", server, deps)).rejects.toMatchObject({
    code: "search-refused",
    params: { status: 404 },
  });
  await expect(readMembers("h", server, deps)).rejects.toMatchObject({ code: "search-invalid" });
});

test("a server that does not know _elements is asked without", async () => {
  const { server, deps } = stubServer((url) =>
    url.searchParams.has("_elements")
      ? outcome(400, "Unknown search parameter _elements")
      : json(bundle([{ resourceType: "Patient", id: "a" }])),
  );
  expect((await readAllPatients(server, deps)).patients).toEqual(["a"]);
});

test("all patients are read page by page, with the time of the server's clock", async () => {
  const { server, deps } = stubServer((url) => {
    const next = { link: [{ relation: "next", url: `${base}/Patient?p=2` }] };
    return url.searchParams.has("p")
      ? json(bundle([{ resourceType: "Patient", id: "b" }]))
      : json(bundle([{ resourceType: "Patient", id: "a" }], next), 200, {
          Date: "Mon, 23 Nov 2026 10:00:00 GMT",
        });
  });
  expect(await readAllPatients(server, deps)).toEqual({
    patients: ["a", "b"],
    date: new Date("2026-11-23T10:00:00Z"),
  });
});
