import { expect, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { checkStatus } from "./check-status";
import { deleteExport } from "./delete-export";

const statusUrl = "https://x.org/fhir/bulkstatus/1";
const now = new Date("2026-11-23T12:00:00Z");
const check = (response: () => Response, polls?: number) =>
  checkStatus(
    { statusUrl, token: "t", now, polls, random: () => 1 },
    { fetch: async () => response() },
  );
const failure = (response: () => Response) =>
  check(response).then(
    () => expect.unreachable("no failure"),
    (error) => error as AppError,
  );
const outcome = (diagnostics: string, code = "processing") => ({
  resourceType: "OperationOutcome",
  issue: [{ severity: "error", code, diagnostics }],
});

const file = { type: "Patient", url: "https://x.org/files/1.ndjson", count: 10 };
const manifest = {
  transactionTime: "2026-11-23T12:38:01+00:00",
  request: "https://x.org/fhir/$export",
  requiresAccessToken: true,
  output: [file],
  error: [],
};

test("while it runs, the server says when to come back and how far it is", async () => {
  const headers = { "Retry-After": "7", "X-Progress": "16% complete, Please wait..." };
  expect(await check(() => new Response("", { status: 202, headers }))).toEqual({
    state: "waiting",
    retryAt: new Date("2026-11-23T12:00:07Z"),
    progress: "16% complete, Please wait...",
  });
});

test.each([
  ["utf8", "导出中 50%"],
  ["latin1", "50\u00a0% terminé"],
] as const)("words of X-Progress in %s are read", async (encoding, progress) => {
  // As they come out of a header: a character for each byte.
  const headers = { "X-Progress": Buffer.from(progress, encoding).toString("latin1") };
  const status = await check(() => new Response(null, { status: 202, headers }));
  expect(status).toMatchObject({ progress });
});

test.each([
  [0, 1],
  [1, 2],
  [3, 8],
  [6, 60],
  [1000, 60],
])("without Retry-After, poll %i is followed by a wait of %i s", async (polls, seconds) => {
  const status = await check(() => new Response(null, { status: 202 }), polls);
  expect(status).toMatchObject({
    retryAt: new Date(now.getTime() + seconds * 1000),
    progress: null,
  });
});

test("a complete manifest is read, whatever its content type", async () => {
  const body = JSON.stringify(manifest);
  const status = await check(
    () => new Response(body, { headers: { "content-type": "text/plain" } }),
  );
  expect(status).toEqual({
    state: "ready",
    raw: manifest,
    manifest: {
      transactionTime: new Date("2026-11-23T12:38:01Z"),
      requiresAccessToken: true,
      output: [file],
      error: [],
      deleted: [],
      nextUrl: null,
    },
  });
});

test.each([
  [undefined, true],
  [null, true],
  ["false", false],
  [false, false],
])("requiresAccessToken %s means %s: left out, it may be needed", async (given, meant) => {
  const status = await check(() => Response.json({ ...manifest, requiresAccessToken: given }));
  expect(status).toMatchObject({ manifest: { requiresAccessToken: meant } });
});

test("what servers leave out or write otherwise is forgiven", async () => {
  const loose = {
    requiresAccessToken: "true",
    output: [{ url: "../files/1.ndjson" }, { url: "/2", type: "Condition", count: "5" }],
    outcome: [{ url: "https://x.org/e", count: null }],
    deleted: null,
    link: [{ relation: "next", url: "?page=2" }],
    extension: [],
  };
  const status = await check(() => Response.json(loose));
  expect(status).toMatchObject({
    manifest: {
      transactionTime: null,
      requiresAccessToken: true,
      output: [
        { type: null, url: "https://x.org/fhir/files/1.ndjson", count: null },
        { type: "Condition", url: "https://x.org/2", count: 5 },
      ],
      error: [{ type: null, url: "https://x.org/e", count: null }],
      deleted: [],
      nextUrl: "https://x.org/fhir/bulkstatus/1?page=2",
    },
  });
});

test("what went wrong is found under the name of either version, and files stay under TLS", async () => {
  const both = {
    ...manifest,
    output: [{ url: "http://x.org/files/1" }, { url: "https://store.org/2" }],
    error: [],
    outcome: [{ url: "https://x.org/e" }],
  };
  const status = await check(() => Response.json(both));
  expect(status).toMatchObject({
    manifest: {
      output: [{ url: "https://x.org/files/1" }, { url: "https://store.org/2" }],
      error: [{ url: "https://x.org/e" }],
    },
  });
});

test("an empty manifest is a manifest", async () => {
  const status = await check(() => Response.json({ ...manifest, output: [] }));
  expect(status).toMatchObject({ state: "ready", manifest: { output: [] } });
});

test.each<[string, unknown, string]>([
  ["no list of files", { hello: 1 }, "not_manifest"],
  ["a list", [], "not_manifest"],
  ["null", null, "not_manifest"],
  ["a file without address", { ...manifest, output: [file, { type: "Patient" }] }, "output[1].url"],
  [
    "an address of another kind",
    { ...manifest, output: [{ url: "file:///etc/passwd" }] },
    "output[0].url",
  ],
  [
    "more files than anybody has",
    { output: Array.from({ length: 200_001 }, () => ({ url: "/1" })) },
    "too_many",
  ],
  ["a deleted file without address", { ...manifest, deleted: [{}] }, "deleted[0].url"],
  [
    "a next page elsewhere",
    { ...manifest, link: [{ relation: "next", url: "https://evil.org" }] },
    "next_elsewhere",
  ],
])("a manifest with %s is refused by name", async (_what, body, reason) => {
  const error = await failure(() => Response.json(body));
  expect([error.code, error.params.reason]).toEqual(["manifest-invalid", reason]);
});

test.each(["output", "error", "deleted"])(
  "a file of an https server that would come unprotected is refused: %s",
  async (list) => {
    const url = "http://store.org/2";
    const body = { ...manifest, [list]: [{ url: `${url}?signature=1` }] };
    const error = await failure(() => Response.json(body));
    expect([error.code, error.params]).toEqual(["url-invalid", { url, reason: "downgrade" }]);
  },
);

const html = (status: number, body: string) =>
  new Response(body, { status, headers: { "content-type": "text/html; charset=utf-8" } });

test.each<[string, () => Response, string, boolean, string]>([
  ["too many files", () => html(413, "Too many files"), "too-many-files", false, "Too many files"],
  [
    "too many files, said otherwise",
    () => Response.json(outcome("too many files"), { status: 500 }),
    "too-many-files",
    false,
    "too many files",
  ],
  [
    "a transient outcome",
    () => Response.json(outcome("Please try again", "transient"), { status: 500 }),
    "server-error",
    true,
    "Please try again",
  ],
  [
    "a transient outcome with 400",
    () => Response.json(outcome("Please try again", "timeout"), { status: 400 }),
    "server-error",
    true,
    "Please try again",
  ],
  [
    "a status that is not there yet",
    () => Response.json(outcome("Not yet", "transient"), { status: 404 }),
    "server-error",
    true,
    "Not yet",
  ],
  ["a gateway", () => html(502, "<h1>Bad gateway</h1>"), "server-error", true, "Bad gateway"],
  ["an accident", () => html(500, "<h1>Oops</h1>"), "server-error", true, "Oops"],
  ["slow down", () => new Response("", { status: 429 }), "rate-limited", true, "slow down"],
  [
    "an export that failed",
    () => Response.json(outcome("The export failed"), { status: 500 }),
    "export-error",
    false,
    "Bulk export reported error: The export failed",
  ],
  [
    "a refused request",
    () => Response.json(outcome("No"), { status: 422 }),
    "export-error",
    false,
    "No",
  ],
  [
    "an export that is gone",
    () => Response.json(outcome("Unknown"), { status: 404 }),
    "export-gone",
    false,
    "does not know this export",
  ],
  [
    "an expired token",
    () => Response.json(outcome("Token expired"), { status: 401 }),
    "access-refused",
    false,
    "Token expired",
  ],
  ["a gateway's page", () => html(200, "<html>Sign in"), "not-fhir", true, "text/html"],
  ["half a manifest", () => new Response('{"output": [{"url'), "not-fhir", true, "text"],
  [
    "a failure under 200",
    () => Response.json(outcome("Disk full")),
    "export-error",
    false,
    "Disk full",
  ],
  [
    "a failure under 200 that passes",
    () => Response.json(outcome("Not now", "transient")),
    "server-error",
    true,
    "Not now",
  ],
])(
  "%s ends in its own error with the server's words",
  async (_what, response, code, retryable, words) => {
    const error = await failure(response);
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.message).toContain(words);
  },
);

test("a rate limit always says when to come back, even where the server tells an epoch", async () => {
  const epoch = String(now.getTime() + 40_000);
  const told = await failure(
    () => new Response("", { status: 429, headers: { "retry-after": epoch } }),
  );
  expect(told.retryAt).toEqual(new Date(now.getTime() + 40_000));
  const silent = await failure(() => new Response("", { status: 429 }));
  expect(silent.retryAt).toEqual(new Date(now.getTime() + 60_000));
});

test.each([
  [202, true],
  [200, true],
  [404, true],
  [500, false],
  [405, false],
])("DELETE answered with %i is told, not thrown", async (status, deleted) => {
  const fetch = async () => new Response("words", { status });
  expect(await deleteExport({ statusUrl, token: "t" }, { fetch })).toEqual({
    deleted,
    status,
    reason: deleted ? null : "words",
  });
});

test("DELETE to a host that is gone is told, not thrown", async () => {
  const fetch = async () => {
    throw Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  };
  const told = await deleteExport({ statusUrl, token: null }, { fetch });
  expect(told).toMatchObject({ deleted: false, status: null });
  expect(told.reason).toContain("x.org cannot be reached");
});

test("chance spreads the wait over its last quarter", async () => {
  const at = async (random: number) => {
    const answer = async () => new Response(null, { status: 202 });
    const input = { statusUrl, token: null, now, polls: 6, random: () => random };
    const status = await checkStatus(input, { fetch: answer });
    return status.state === "waiting" ? status.retryAt.getTime() - now.getTime() : null;
  };
  expect([await at(0), await at(1)]).toEqual([45_000, 60_000]);
});

// Bulk Data Access 3.0.0: HTTP speaks of the request, X-Export-Status of the export.
const separate = (state: string, body: unknown, headers = {}) =>
  Response.json(body, { headers: { "X-Export-Status": state, ...headers } });

test("X-Export-Status 202 under 200 is a running export", async () => {
  const headers = { "Retry-After": "7", "X-Progress": "1 of 2" };
  expect(await check(() => separate("202 Accepted", {}, headers))).toEqual({
    state: "waiting",
    retryAt: new Date("2026-11-23T12:00:07Z"),
    progress: "1 of 2",
  });
});

test("X-Export-Status 200 is a complete one", async () => {
  expect(await check(() => separate("200", manifest))).toMatchObject({ state: "ready" });
});

test.each<[string, unknown, string, boolean]>([
  ["500", outcome("It broke"), "export-error", false],
  ["502 Bad Gateway", outcome("It broke"), "export-error", false],
  ["401", outcome("It broke"), "export-error", false],
  ["413", outcome("It broke"), "too-many-files", false],
  ["503", outcome("Soon", "transient"), "server-error", true],
])("X-Export-Status %s under 200 is the export's end", async (state, body, code, retryable) => {
  const error = await failure(() => separate(state, body));
  expect([error.code, error.retryable]).toEqual([code, retryable]);
});

test("the manifest of version 4 is read: outcome, outputs without types, no list where nothing came", async () => {
  const organised = {
    transactionTime: "2026-11-23T12:38:01Z",
    manifestType: "export",
    outputFormat: "application/fhir+ndjson",
    requiresAccessToken: false,
    outputOrganizedBy: "Patient",
    extension: [{ url: "https://x.org/e", valueString: "x" }],
    output: [
      { url: "https://x.org/1", count: 2, fileSize: 100, continuesInFile: "https://x.org/2" },
      { url: "https://x.org/2", count: 3 },
    ],
    outcome: [{ url: "https://x.org/o", countSeverity: [{ severity: "warning", count: 1 }] }],
    deleted: [{ url: "https://x.org/d" }],
  };
  expect(await check(() => Response.json(organised))).toMatchObject({
    manifest: {
      output: [
        { type: null, url: "https://x.org/1", count: 2 },
        { type: null, url: "https://x.org/2", count: 3 },
      ],
      error: [{ type: null, url: "https://x.org/o" }],
      deleted: [{ type: null, url: "https://x.org/d" }],
    },
  });
  const { output: _output, ...nothing } = organised;
  expect(await check(() => Response.json(nothing))).toMatchObject({ manifest: { output: [] } });
});

test("several files of one type stay several", async () => {
  const output = [1, 2, 3].map((n) => ({ type: "Patient", url: `https://x.org/${n}`, count: n }));
  const status = await check(() => Response.json({ ...manifest, output }));
  expect(status).toMatchObject({ manifest: { output } });
});
