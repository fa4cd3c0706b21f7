import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { type FetchAttachmentOptions, fetchAttachment } from "./fetch-attachment";

const folder = await mkdtemp(path.join(tmpdir(), "fetch-attachment-"));
const target = path.join(folder, "ab", "abc");
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => rm(path.join(folder, "ab"), { recursive: true, force: true }));

const left = () => readdir(path.dirname(target)).catch(() => []);

function attachment(
  answer: () => Response,
  options: Partial<FetchAttachmentOptions> = {},
  asked: Headers[] = [],
) {
  return fetchAttachment(
    {
      url: "https://bulk.example.org/fhir/Binary/1?signature=secret",
      token: "t",
      path: target,
      begun: false,
      contentType: "text/plain",
      maxBytes: 1_000,
      ...options,
    },
    {
      fetch: async (_url, init) => {
        asked.push(new Headers(init.headers));
        return answer();
      },
    },
  );
}

const answered =
  (body: string | Uint8Array, type?: string, headers: Record<string, string> = {}) =>
  () =>
    new Response(body as BodyInit, {
      headers: { ...(type ? { "content-type": type } : {}), ...headers },
    });

test("it is asked for in its own type and stored as it came", async () => {
  const asked: Headers[] = [];
  const bytes = Uint8Array.from([0, 255, 10, 13, 0]);
  const pdf = { contentType: "application/pdf" };
  expect(await attachment(answered(bytes, "application/octet-stream"), pdf, asked)).toEqual({
    sizeBytes: 5,
    contentType: "application/pdf",
  });
  expect(Uint8Array.from(await readFile(target))).toEqual(bytes);
  expect([asked[0]?.get("accept"), asked[0]?.get("authorization")]).toEqual([
    "application/pdf",
    "Bearer t",
  ]);
});

test.each([
  [null, "*/*"],
  ["text/plain\r\nx: y", "*/*"],
  ["a name with 汉字", "*/*"],
])("of the type %j the server is asked for %s", async (contentType, accept) => {
  const asked: Headers[] = [];
  await attachment(answered("a", "text/plain; charset=utf-8"), { contentType }, asked);
  expect(asked[0]?.get("accept")).toBe(accept);
});

test("where the resource names no type, the answer's counts", async () => {
  const none = { contentType: null, contentTypes: ["text/"] };
  expect(await attachment(answered("a", "text/plain; charset=utf-8"), none)).toEqual({
    sizeBytes: 1,
    contentType: "text/plain",
  });
  await rm(target);
  expect(await attachment(answered("a", "image/png"), none)).toEqual({ left: "other-type" });
  expect(await attachment(answered(Uint8Array.of(97)), none)).toEqual({ left: "other-type" });
  const binary = { resourceType: "Binary", contentType: "image/png", data: "aGVsbG8=" };
  const inFhir = answered(JSON.stringify(binary), "application/fhir+json");
  expect(await attachment(inFhir, none)).toEqual({ left: "other-type" });
  expect(await left()).toEqual([]);
});

test.each([
  ["announced", { "content-length": "1001" }, "x".repeat(1_001)],
  ["not announced", {}, "x".repeat(1_001)],
])("one above the limit (%s) is left, and nothing of it stays", async (_how, headers, body) => {
  const answer = answered(body, "text/plain", headers);
  expect(await attachment(answer)).toEqual({ left: "too-large" });
  expect(await left()).toEqual([]);
});

test("one as large as the limit is taken, also inside a Binary", async () => {
  const body = "x".repeat(1_000);
  expect(await attachment(answered(body, "text/plain"))).toMatchObject({ sizeBytes: 1_000 });
  await rm(target);
  const binary = (data: string) =>
    answered(
      JSON.stringify({ resourceType: "Binary", data: Buffer.from(data).toString("base64") }),
      "application/fhir+json; charset=utf-8",
    );
  expect(await attachment(binary(body))).toMatchObject({ sizeBytes: 1_000 });
  expect(await readFile(target, "utf8")).toBe(body);
  await rm(target);
  expect(await attachment(binary(`${body}y`))).toEqual({ left: "too-large" });
  expect(await left()).toEqual([]);
});

test("a document that is FHIR itself is stored as it is", async () => {
  const bundle = JSON.stringify({ resourceType: "Bundle", data: "aGVsbG8=" });
  const contentType = "application/fhir+json";
  await attachment(answered(bundle, contentType), { contentType });
  expect(await readFile(target, "utf8")).toBe(bundle);
});

test.each<[string, () => Response, string | null, string, boolean]>([
  [
    "a log-in page",
    answered("<html>", "text/html"),
    "application/pdf",
    "attachment-not-document",
    true,
  ],
  ["a page of no type", answered("<html>", "text/html"), null, "attachment-not-document", true],
  [
    "an OperationOutcome",
    answered('{"resourceType":"OperationOutcome"}', "application/fhir+json"),
    "text/plain",
    "attachment-not-document",
    false,
  ],
  ["404", () => new Response("", { status: 404 }), "text/plain", "attachment-gone", false],
  ["410", () => new Response("", { status: 410 }), "text/plain", "attachment-gone", false],
  ["401", () => new Response("", { status: 401 }), "text/plain", "access-refused", false],
  ["500", () => new Response("", { status: 500 }), "text/plain", "server-error", true],
])("%s is an error of its own, and nothing stays", async (_n, answer, contentType, code, again) => {
  const error = await attachment(answer, { contentType }).then(
    () => expect.unreachable(),
    (thrown) => thrown as AppError,
  );
  expect([error.code, error.retryable]).toEqual([code, again]);
  expect(JSON.stringify([error.message, error.evidence])).not.toContain("signature");
  expect(await left()).toEqual([]);
});

test("a page is a document where the resource says so", async () => {
  const html = { contentType: "text/html" };
  await attachment(answered("<p>a note</p>", "text/html; charset=utf-8"), html);
  expect(await readFile(target, "utf8")).toBe("<p>a note</p>");
});
