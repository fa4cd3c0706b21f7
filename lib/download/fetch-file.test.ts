import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { AppError } from "@/lib/errors";
import { serveForTests } from "@/lib/fhir/serve-for-tests";
import { fetchFile } from "./fetch-file";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fetch-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const name of await readdir(folder)) await rm(path.join(folder, name), { recursive: true });
});

const serve = async (listener: RequestListener) =>
  `${await serveForTests(listener)}/1.Patient.ndjson`;

const lines = `${JSON.stringify({ resourceType: "Patient", id: "é患者" })}\n`.repeat(40_000);
const ndjson = { "content-type": "application/fhir+ndjson" };
const target = () => path.join(folder, "job", "1.Patient.ndjson");
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("no failure"),
    (error) => error as AppError,
  );

test("what is short is given back as well as written, what is longer is not", async () => {
  const url = await serve((_request, response) => {
    response
      .writeHead(200, { ...ndjson, "content-encoding": "gzip" })
      .end(gzipSync("{}\n".repeat(500)));
  });
  const fetched = (contentBytes: number) =>
    fetchFile({ url, token: null, path: target(), contentBytes });
  expect((await fetched(1500)).content?.toString()).toBe(await readFile(target(), "utf8"));
  expect(await fetched(1499)).toEqual({ sizeBytes: 1500 });
});

test("a file arrives whole, under its name only when it is complete", async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(`${request.headers.accept} ${request.headers.authorization}`);
    response.writeHead(200, ndjson).end(lines);
  });
  const progress: number[] = [];
  const { sizeBytes } = await fetchFile({
    url,
    token: "t",
    path: target(),
    onBytes: (bytes) => progress.push(bytes),
  });
  expect(await readFile(target(), "utf8")).toBe(lines);
  expect(sizeBytes).toBe(Buffer.byteLength(lines));
  expect(progress.at(-1)).toBe(sizeBytes);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(seen).toEqual(["application/fhir+ndjson Bearer t"]);
  expect(await readdir(path.dirname(target()))).toEqual(["1.Patient.ndjson"]);
});

test("a compressed file is stored uncompressed, and no token is sent where there is none", async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    expect(request.headers["accept-encoding"]).toContain("gzip");
    const body = gzipSync(lines);
    response
      .writeHead(200, { ...ndjson, "content-encoding": "gzip", "content-length": body.length })
      .end(body);
  });
  await fetchFile({ url, token: null, path: target() });
  expect(await readFile(target(), "utf8")).toBe(lines);
  expect(seen).toEqual([undefined]);
});

test("an empty file is a file", async () => {
  const url = await serve((_request, response) => response.writeHead(200, ndjson).end());
  expect(await fetchFile({ url, token: null, path: target() })).toEqual({ sizeBytes: 0 });
  expect(await readFile(target(), "utf8")).toBe("");
});

test.each([
  ["with a length", { "content-length": "5000000" }],
  ["without a length", {}],
])("a connection that is cut (%s) leaves nothing behind", async (_what, headers) => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { ...ndjson, ...headers });
    response.write(lines.slice(0, 200_000), () => response.destroy());
  });
  const error = await failure(fetchFile({ url, token: null, path: target() }));
  expect([error.code, error.retryable]).toEqual(["connection-cut", true]);
  expect(await readdir(path.dirname(target()))).toEqual([]);
});

test("damaged compression is told as such", async () => {
  const url = await serve((_request, response) => {
    const body = gzipSync(lines);
    body.fill(7, 20, 200);
    response.writeHead(200, { ...ndjson, "content-encoding": "gzip" }).end(body);
  });
  const error = await failure(fetchFile({ url, token: null, path: target() }));
  expect([error.code, error.params.reason]).toEqual(["connection-cut", "damaged"]);
});

test("compression that breaks off in a polite answer is not taken for a whole file", async () => {
  const url = await serve((_request, response) => {
    const whole = gzipSync(lines);
    response
      .writeHead(200, { ...ndjson, "content-encoding": "gzip" })
      .end(whole.subarray(0, whole.length - 20));
  });
  const error = await failure(fetchFile({ url, token: null, path: target() }));
  expect([error.code, error.params.reason]).toEqual(["connection-cut", "damaged"]);
  expect(await readdir(path.dirname(target()))).toEqual([]);
});

test("fewer bytes than announced are a short file", async () => {
  const fetch = async () => new Response("abc", { headers: { ...ndjson, "content-length": "10" } });
  const error = await failure(
    fetchFile({ url: "https://x.org/1", token: null, path: target() }, { fetch }),
  );
  expect([error.code, error.params]).toEqual(["download-short", { received: 3, expected: 10 }]);
  expect(await readdir(path.dirname(target()))).toEqual([]);
});

test("silence in the middle is a timeout", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, ndjson).write("{}\n");
  });
  const error = await failure(
    fetchFile({ url, token: null, path: target(), readTimeoutMs: 1_000 }),
  );
  expect(error.code).toBe("timeout-exceeded");
});

test("who gives up gets his reason back and leaves nothing behind", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, ndjson).write("{}\n");
  });
  const controller = new AbortController();
  const reason = new Error("cancelled");
  const error = await failure(
    fetchFile({
      url,
      token: null,
      path: target(),
      signal: controller.signal,
      onBytes: () => controller.abort(reason),
    }),
  );
  expect(error).toBe(reason);
  expect(await readdir(path.dirname(target()))).toEqual([]);
});

const outcome = JSON.stringify({
  resourceType: "OperationOutcome",
  issue: [{ severity: "error", code: "processing", diagnostics: "the file expired" }],
});

test.each<[string, number, string, Record<string, string>, string, boolean]>([
  ["an expired token", 401, outcome, {}, "access-refused", false],
  ["an expired file", 410, outcome, {}, "download-expired", false],
  ["a missing file", 404, "", {}, "download-expired", false],
  [
    "an expired signature",
    403,
    "<Error><Message>Request has expired</Message></Error>",
    {},
    "download-expired",
    false,
  ],
  ["a refused file", 403, "<Error>AccessDenied</Error>", {}, "download-refused", false],
  ["another refusal", 400, "no", {}, "download-refused", false],
  ["a rate limit", 429, "", { "retry-after": "3" }, "rate-limited", true],
  ["a server error", 503, "", { "retry-after": "3" }, "server-error", true],
  ["a log-in page", 200, "<html>", { "content-type": "text/html" }, "not-fhir", true],
])("%s ends in its own error", async (_what, status, body, headers, code, retryable) => {
  const now = () => new Date("2026-11-23T12:00:00Z");
  const fetch = async () => new Response(body, { status, headers });
  const url = "https://x.org/1.ndjson?signature=secret";
  const error = await failure(fetchFile({ url, token: null, path: target() }, { fetch, now }));
  expect([error.code, error.retryable]).toEqual([code, retryable]);
  expect(JSON.stringify([error.message, error.evidence])).not.toContain("signature");
  if (headers["retry-after"]) expect(error.retryAt?.getTime()).toBe(now().getTime() + 3_000);
});

test("a folder that cannot be written to is told by its name", async () => {
  await writeFile(path.join(folder, "job"), "a file stands where the folder should be");
  const fetch = async () => new Response("{}", { headers: ndjson });
  const error = await failure(
    fetchFile({ url: "https://x.org/1", token: null, path: target() }, { fetch }),
  );
  expect([error.code, error.retryable]).toEqual(["disk-refused", true]);
  expect(error.params.path).toBe(path.dirname(target()));
});

test("a full disk is told as such and leaves nothing behind", async () => {
  const probe = await open(path.join(folder, "probe"), "w");
  const write = vi.spyOn(Object.getPrototypeOf(probe), "write");
  write.mockRejectedValueOnce(
    Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    }),
  );
  const fetch = async () => new Response("{}", { headers: ndjson });
  const error = await failure(
    fetchFile({ url: "https://x.org/1", token: null, path: target() }, { fetch }),
  );
  write.mockRestore();
  await probe.close();
  expect([error.code, error.retryable]).toEqual(["disk-full", true]);
  expect(await readdir(path.dirname(target()))).toEqual([]);
});
