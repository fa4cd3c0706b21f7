import { expect, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { capabilityOf, readCapability } from "./capability";
import { listGroups, readGroup } from "./groups";

const fhirBaseUrl = "https://x.org/fhir";
const server = (pages: Record<string, () => Response>) => ({
  fetch: async (url: string) => (pages[url] ?? (() => new Response("", { status: 404 })))(),
});
const bundle = (resources: object[], next?: string) => () =>
  Response.json({
    resourceType: "Bundle",
    type: "searchset",
    entry: resources.map((resource) => ({ resource })),
    link: next ? [{ relation: "next", url: next }] : [],
  });
const groups = (pages: Record<string, () => Response>) =>
  listGroups({ fhirBaseUrl, token: "t" }, server(pages));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("no failure"),
    (error) => error as AppError,
  );

test("groups come with name and number of patients, over all pages, each once", async () => {
  const found = await groups({
    "https://x.org/fhir/Group": bundle(
      [
        { resourceType: "Group", id: "a", name: "Alpha", quantity: 100 },
        { resourceType: "Group", id: "b", member: [{}, { inactive: true }, {}] },
        { resourceType: "OperationOutcome" },
        { resourceType: "Group" },
      ],
      "?page=2",
    ),
    "https://x.org/fhir/Group?page=2": bundle([
      { resourceType: "Group", id: "a", name: "Alpha", quantity: 100 },
      { resourceType: "Group", id: "c", name: " ", quantity: -1 },
    ]),
  });
  expect(found).toEqual([
    { id: "a", name: "Alpha", patients: 100 },
    { id: "b", name: "b", patients: 2 },
    { id: "c", name: "c", patients: null },
  ]);
});

test("a server that does not know of the TLS before it is asked for its next page over TLS", async () => {
  const found = await groups({
    "https://x.org/fhir/Group": bundle([], "http://x.org/fhir?page=2"),
    "https://x.org/fhir?page=2": bundle([{ resourceType: "Group", id: "c" }]),
  });
  expect(found).toHaveLength(1);
});

test("pages of groups are read up to a sum, however many there are", async () => {
  const padding = "x".repeat(50 * 1024 * 1024);
  let pages = 0;
  const error = await failure(
    listGroups(
      { fhirBaseUrl, token: null },
      {
        fetch: async () => {
          pages += 1;
          return bundle([{ resourceType: "Group", id: `g${pages}`, padding }], `?page=${pages}`)();
        },
      },
    ),
  );
  expect(error.code).toBe("not-fhir");
  expect(pages).toBe(6);
});

test("a server without groups has none", async () => {
  const page = () => Response.json({ resourceType: "Bundle" });
  expect(await groups({ "https://x.org/fhir/Group": page })).toEqual([]);
});

test.each<[string, () => Response, string]>([
  [
    "does not offer the list",
    () => new Response("Not supported", { status: 404 }),
    "groups-not-listed",
  ],
  ["forbids the list", () => new Response("no", { status: 403 }), "groups-not-listed"],
  ["wants a token", () => new Response("no", { status: 401 }), "access-refused"],
  ["has an accident", () => new Response("no", { status: 500 }), "server-error"],
  [
    "shows a page",
    () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    "not-fhir",
  ],
  [
    "answers with something else",
    () => Response.json({ resourceType: "Patient" }),
    "groups-not-listed",
  ],
  ["pages to a stranger", bundle([], "https://evil.org/next"), "groups-not-listed"],
  ["pages in a circle", bundle([], "https://x.org/fhir/Group"), "groups-not-listed"],
])("a server that %s is told as such", async (_what, page, code) => {
  expect((await failure(groups({ "https://x.org/fhir/Group": page }))).code).toBe(code);
});

test("one group is read by its id, with the number of its patients; something else is told as such", async () => {
  const of = (page: () => Response) =>
    readGroup(
      { fhirBaseUrl, token: "t" },
      "a/b",
      server({ "https://x.org/fhir/Group/a%2Fb": page }),
    );
  const group = { resourceType: "Group", id: "a/b", member: [{}, {}] };
  expect(await of(() => Response.json(group))).toEqual({ id: "a/b", name: "a/b", patients: 2 });
  const patient = { resourceType: "Patient", id: "a/b" };
  for (const page of [() => Response.json(patient), () => new Response("no", { status: 403 })]) {
    expect((await failure(of(page))).code).toBe("groups-not-listed");
  }
});

const statement = {
  instantiates: ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data|2.0.0"],
  implementationGuide: ["http://x.org/ig|1", 7],
  resourceType: "CapabilityStatement",
  fhirVersion: "4.0.1",
  software: { name: "SMART Sample Bulk Data Server", version: "2.1.1" },
  rest: [
    {
      security: {
        extension: [
          {
            url: "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            extension: [{ url: "token", valueUri: "/auth/token" }],
          },
        ],
      },
      resource: [{ type: "Patient" }, { type: "Condition" }, { type: "Patient" }, { type: "<b>" }],
    },
  ],
};

test("the CapabilityStatement tells version, software, types and token address", () => {
  expect(capabilityOf(statement, fhirBaseUrl)).toEqual({
    fhirVersion: "4.0.1",
    software: "SMART Sample Bulk Data Server 2.1.1",
    instantiates: [
      "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data|2.0.0",
      "http://x.org/ig|1",
    ],
    resourceTypes: ["Condition", "Patient"],
    tokenUrl: "https://x.org/auth/token",
  });
  expect(capabilityOf({ rest: "?", software: 1 }, fhirBaseUrl)).toEqual({
    fhirVersion: null,
    software: null,
    instantiates: [],
    resourceTypes: [],
    tokenUrl: null,
  });
});

test("what is no CapabilityStatement is told as such", async () => {
  const page = (response: () => Response) =>
    failure(readCapability({ fhirBaseUrl }, server({ "https://x.org/fhir/metadata": response })));
  expect((await page(() => Response.json({ hello: 1 }))).code).toBe("not-fhir");
  expect((await page(() => new Response("", { status: 404 }))).code).toBe("not-fhir");
  expect((await page(() => new Response("", { status: 503 }))).code).toBe("server-error");
});
