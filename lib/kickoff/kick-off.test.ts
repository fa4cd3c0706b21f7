import { expect, test } from "vitest";
import { type Dialect, ExportRequest } from "@/lib/contract/export-request";
import type { AppError } from "@/lib/errors";
import { exportRequestLine } from "./export-request-line";
import { kickOff } from "./kick-off";

const fhirBaseUrl = "https://x.org/fhir";
const line = (
  request: Partial<ExportRequest>,
  level: "system" | "patient" | "group" = "group",
  dialect?: Dialect,
) =>
  exportRequestLine({
    dialect,
    fhirBaseUrl,
    level,
    groupId: level === "group" ? "a b" : null,
    request: ExportRequest.parse(request),
  });

test.each([
  ["system", "https://x.org/fhir/$export"],
  ["patient", "https://x.org/fhir/Patient/$export"],
  ["group", "https://x.org/fhir/Group/a%20b/$export"],
] as const)("a %s-level export without parameters is one short address", (level, url) => {
  expect(line({}, level)).toEqual({
    method: "GET",
    url,
    headers: { Accept: "application/fhir+json", Prefer: "respond-async" },
    body: undefined,
  });
});

const everything: Partial<ExportRequest> = {
  resource_types: ["Patient", "Condition"],
  since: "2026-01-01T00:00:00+08:00",
  until: "2026-02-01T00:00:00Z",
  type_filter: ["Observation?category=laboratory,vital-signs", "Condition?code=a"],
  elements: ["Patient.id", "Condition.code"],
  include_associated_data: ["LatestProvenanceResources"],
  output_format: "application/fhir+ndjson",
  organize_output_by: "Patient",
  allow_partial_manifests: true,
};
const filters = ["Observation%3Fcategory%3Dlaboratory%252Cvital-signs", "Condition%3Fcode%3Da"];

test.each<[Dialect | undefined, string[]]>([
  [
    "comma",
    [
      "_type=Patient,Condition",
      `_typeFilter=${filters.join(",")}`,
      "_elements=Patient.id,Condition.code",
    ],
  ],
  [
    undefined,
    [
      "_type=Patient,Condition",
      ...filters.map((filter) => `_typeFilter=${filter}`),
      "_elements=Patient.id,Condition.code",
    ],
  ],
  [
    "repeat",
    [
      "_type=Patient",
      "_type=Condition",
      ...filters.map((filter) => `_typeFilter=${filter}`),
      "_elements=Patient.id",
      "_elements=Condition.code",
    ],
  ],
])("every parameter of the standard goes into the query, lists as in %s", (dialect, lists) => {
  const { url } = line(everything, "group", dialect);
  expect(url.split("?")[1]?.split("&")).toEqual([
    ...lists,
    "includeAssociatedData=LatestProvenanceResources",
    "_outputFormat=application%2Ffhir%2Bndjson",
    "_since=2026-01-01T00%3A00%3A00%2B08%3A00",
    "_until=2026-02-01T00%3A00%3A00Z",
    "organizeOutputBy=Patient",
    "allowPartialManifests=true",
  ]);
  const query = new URL(url).searchParams;
  expect(query.get("_since")).toBe("2026-01-01T00:00:00+08:00");
});

test("version 4 gets everything by POST, each value a parameter, associated data as Coding", () => {
  const { method, url, body } = line(everything, "group", "post");
  expect([method, url]).toEqual(["POST", "https://x.org/fhir/Group/a%20b/$export"]);
  expect(JSON.parse(body ?? "").parameter).toEqual([
    { name: "_type", valueString: "Patient" },
    { name: "_type", valueString: "Condition" },
    { name: "_typeFilter", valueString: "Observation?category=laboratory%2Cvital-signs" },
    { name: "_typeFilter", valueString: "Condition?code=a" },
    { name: "_elements", valueString: "Patient.id" },
    { name: "_elements", valueString: "Condition.code" },
    { name: "includeAssociatedData", valueCoding: { code: "LatestProvenanceResources" } },
    { name: "_outputFormat", valueString: "application/fhir+ndjson" },
    { name: "_since", valueInstant: "2026-01-01T00:00:00+08:00" },
    { name: "_until", valueInstant: "2026-02-01T00:00:00Z" },
    { name: "organizeOutputBy", valueString: "Patient" },
    { name: "allowPartialManifests", valueBoolean: true },
  ]);
});

test("before version 4 associated data is a code in POST too, and a chosen method wins", () => {
  const asked = { include_associated_data: ["_custom"], method: "POST" as const };
  expect(JSON.parse(line(asked).body ?? "").parameter).toEqual([
    { name: "includeAssociatedData", valueCode: "_custom" },
  ]);
  expect(line({ method: "GET" }, "group", "post").method).toBe("GET");
});

test("a list of patients is sent by POST, each parameter repeated", () => {
  const { method, url, body, headers } = line({
    resource_types: ["Patient", "Condition"],
    patient: ["Patient/1", "Patient/2"],
    since: "2026-01-01T00:00:00Z",
    allow_partial_manifests: false,
  });
  expect([method, url]).toEqual(["POST", "https://x.org/fhir/Group/a%20b/$export"]);
  expect(headers["Content-Type"]).toBe("application/fhir+json");
  expect(JSON.parse(body ?? "")).toEqual({
    resourceType: "Parameters",
    parameter: [
      { name: "_type", valueString: "Patient" },
      { name: "_type", valueString: "Condition" },
      { name: "patient", valueReference: { reference: "Patient/1" } },
      { name: "patient", valueReference: { reference: "Patient/2" } },
      { name: "_since", valueInstant: "2026-01-01T00:00:00Z" },
      { name: "allowPartialManifests", valueBoolean: false },
    ],
  });
});

test("lenient handling is asked for in the same header", () => {
  expect(line({ lenient: true }).headers.Prefer).toBe("respond-async, handling=lenient");
});

test("a list of patients at system level is refused before anything is sent", () => {
  expect(() => line({ patient: ["Patient/1"] }, "system")).toThrow(/system-level/);
});

const start = (response: () => Response) =>
  kickOff(
    {
      fhirBaseUrl,
      level: "group",
      groupId: "BMCHealthNet",
      request: ExportRequest.parse({ resource_types: ["Patient"] }),
      token: "secret-token",
    },
    { fetch: async () => response(), now: () => new Date("2026-11-23T12:00:00Z") },
  );

test.each([
  ["https://other.org/status/1", "https://other.org/status/1"],
  ["/status/1", "https://x.org/status/1"],
  // A server behind a proxy that ends TLS: the token must not go out in the open.
  ["http://x.org/status/1?a=b", "https://x.org/status/1?a=b"],
])("Content-Location %s becomes the status URL", async (location, statusUrl) => {
  const answer = await start(
    () => new Response("{}", { status: 202, headers: { "content-location": location } }),
  );
  expect(answer.statusUrl).toBe(statusUrl);
  expect(answer.requestUrl).toBe("https://x.org/fhir/Group/BMCHealthNet/$export?_type=Patient");
});

test.each(["http://other.org/status/1", "http://x.org:8080/status/1"])(
  "an https server that names %s is not asked without TLS",
  async (location) => {
    const started = start(
      () => new Response("{}", { status: 202, headers: { "content-location": location } }),
    );
    await expect(started).rejects.toMatchObject({
      code: "url-invalid",
      params: { url: location, reason: "downgrade" },
    });
  },
);

test.each([".", ".."])("a group “%s” does not become an export of something larger", async (id) => {
  await expect(
    kickOff(
      {
        fhirBaseUrl,
        level: "group",
        groupId: id,
        request: ExportRequest.parse({}),
        token: null,
      },
      { fetch: async () => expect.unreachable("sent") },
    ),
  ).rejects.toMatchObject({ code: "invalid-request" });
});

test("the request carries the token and asks for an asynchronous answer", async () => {
  const seen: RequestInit[] = [];
  await kickOff(
    { fhirBaseUrl, level: "system", groupId: null, request: ExportRequest.parse({}), token: "t" },
    {
      fetch: async (_url, init) => {
        seen.push(init);
        return new Response("", { status: 202, headers: { "content-location": "/s" } });
      },
    },
  );
  expect(seen[0]?.headers).toMatchObject({
    authorization: "Bearer t",
    prefer: "respond-async",
    accept: "application/fhir+json",
  });
});

const outcome = (diagnostics: string, code = "processing") => ({
  resourceType: "OperationOutcome",
  issue: [{ severity: "error", code, diagnostics }],
});
const html = (status: number, body: string) =>
  new Response(body, { status, headers: { "content-type": "text/html" } });

// The first four are the reference server's own answers.
test.each<[string, () => Response, string, boolean, string]>([
  [
    "generation fails",
    () => Response.json(outcome("File generation failed"), { status: 500 }),
    "kickoff-refused",
    false,
    "File generation failed",
  ],
  [
    "an unknown type",
    () =>
      Response.json(outcome('The requested resource type "Nope" is not available on this server'), {
        status: 400,
      }),
    "kickoff-refused",
    false,
    '"Nope"',
  ],
  [
    "no Prefer header",
    () => Response.json(outcome("The Prefer header must be respond-async"), { status: 400 }),
    "kickoff-refused",
    false,
    "Prefer header",
  ],
  [
    "no token",
    () => Response.json(outcome("Authentication is required"), { status: 401 }),
    "access-refused",
    false,
    "Authentication is required",
  ],
  [
    "another export runs",
    () => new Response("", { status: 429, headers: { "retry-after": "60" } }),
    "rate-limited",
    true,
    "slow down",
  ],
  [
    "a server error that passes",
    () => Response.json(outcome("busy", "transient"), { status: 500 }),
    "server-error",
    true,
    "busy",
  ],
  [
    "a gateway that fails",
    () => html(502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
    "server-error",
    true,
    "502 Bad Gateway",
  ],
  [
    "no such operation",
    () => html(404, "<h1>Not Found</h1>"),
    "kickoff-refused",
    false,
    "Not Found",
  ],
  [
    "no status URL",
    () => new Response("{}", { status: 202 }),
    "kickoff-no-status-url",
    false,
    "202",
  ],
  ["a log-in page", () => html(200, "<html>Sign in</html>"), "not-fhir", false, "text/html"],
  [
    "a redirect to a log-in page",
    () => new Response("", { status: 300 }),
    "kickoff-refused",
    false,
    "300",
  ],
])(
  "%s ends in its own error with the server's words",
  async (_what, response, code, retryable, words) => {
    const error = (await start(response).catch((failure) => failure)) as AppError;
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.message).toContain(words);
    expect(JSON.stringify([error.message, error.evidence])).not.toContain("secret-token");
    if (code === "rate-limited")
      expect(error.retryAt?.toISOString()).toBe("2026-11-23T12:01:00.000Z");
  },
);
