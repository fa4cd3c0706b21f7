import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { RequestListener, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import type { AppError } from "@/lib/errors";
import { serveForTests } from "@/lib/fhir/serve-for-tests";
import { fetchFile } from "./fetch-file";
import { bootedAt, heldPart, newPart } from "./parts";
import { noteBeside, readNote, writeNote } from "./resume-note";

// What a cut download leaves, and how the next one goes on from it (RFC 9110, Range and If-Range).

const root = await mkdtemp(path.join(tmpdir(), "resume-"));
afterAll(() => rm(root, { recursive: true, force: true }));

let folder = "";
let target = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(root, "job-"));
  target = path.join(folder, "1.ndjson");
});

const serve = async (listener: RequestListener) => `${await serveForTests(listener)}/1.ndjson`;

/** Cuts the connection when something of the file is on the client's disk. */
async function cutOnceHeld(response: ServerResponse) {
  await vi.waitUntil(async () => {
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map((name) => stat(path.join(folder, name))));
    return sizes.some(({ size }, n) => size > 0 && !names[n]?.endsWith(".json"));
  }, 10_000);
  response.destroy();
}

const content = Buffer.from(
  Array.from({ length: 60_000 }, (_, n) => `{"resourceType":"Patient","id":"é${n}"}\n`).join(""),
);
const changed = Buffer.from(content).fill("x", content.length - 100, content.length - 50);
const half = 1_200_000;

/** A part of the first half, as a download of the version "1" left it. */
async function halfHeld({ etag = '"1"', booted = bootedAt(), sizeBytes = content.length } = {}) {
  const part = newPart(target);
  await writeFile(part, content.subarray(0, half));
  const validator = { name: "etag" as const, value: etag };
  await writeNote(part, { validator, sizeBytes, bootedAt: booted });
  return heldPart(target, null);
}

type Head = Record<string, string | number>;
const rest = (more: Head = {}): Head => ({
  "Content-Range": `bytes ${half}-${content.length - 1}/${content.length}`,
  ETag: '"1"',
  ...more,
});

test.each<[name: string, status: number, headers: Head, body: Buffer, requests: number]>([
  ["the rest", 206, rest(), content.subarray(half), 1],
  ["all of it, of the same version", 200, { ETag: '"1"' }, content, 1],
  ["all of it, of another version", 200, { ETag: '"2"' }, changed, 1],
  ["that there is no such range", 416, { "Content-Range": `bytes */${half}` }, content, 2],
  [
    "from another byte on",
    206,
    rest({ "Content-Range": `bytes 0-9/${content.length}` }),
    content,
    2,
  ],
  ["a range without its total", 206, rest({ "Content-Range": `bytes ${half}-9/*` }), content, 2],
  [
    "the rest of a longer file",
    206,
    rest({ "Content-Range": `bytes ${half}-9999999/10000000` }),
    content,
    2,
  ],
  ["206 without saying what", 206, { ETag: '"1"' }, content, 2],
  ["the rest of another version", 206, rest({ ETag: '"2"' }), content, 2],
  ["a compressed rest", 206, rest({ "Content-Encoding": "gzip" }), content, 2],
])(
  "asked for the rest, a server sends %s: the file is whole",
  async (_n, status, headers, body, n) => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.headers.range);
      if (request.headers.range) {
        expect(request.headers["if-range"]).toBe('"1"');
        const sent = headers["Content-Encoding"] ? gzipSync(body.subarray(half)) : body;
        response.writeHead(status, headers).end(status === 416 ? "" : sent);
      } else response.writeHead(200).end(body);
    });
    const seen: number[] = [];
    const held = await halfHeld();
    const onBytes = (bytes: number) => seen.push(bytes);
    const { sizeBytes } = await fetchFile({ url, token: null, path: target, held, onBytes });
    const expected = status === 200 ? body : content;
    expect((await readFile(target)).equals(expected)).toBe(true);
    expect(sizeBytes).toBe(expected.length);
    expect(asked).toEqual([`bytes=${half}-`, undefined].slice(0, n));
    if (status === 206 && n === 1) expect(seen[0]).toBe(half);
    expect(await readdir(folder)).toEqual(["1.ndjson"]);
  },
);

test("a rest that ends too early is a short file, and can be gone on with again", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(206, rest()).end(content.subarray(half, half + 900_000));
  });
  const held = await halfHeld();
  const error = await fetchFile({ url, token: null, path: target, held }).then(
    () => expect.unreachable(),
    (thrown) => thrown as AppError,
  );
  expect([error.code, error.retryable]).toEqual(["download-short", true]);
  expect((await heldPart(target, null))?.sizeBytes).toBe(half + 900_000);
  expect((await readdir(folder)).length).toBe(2);
});

test.each<[name: string, headers: Head, gone: boolean]>([
  ["an ETag", { ETag: '"1"' }, true],
  ["a date of its last change", { "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT" }, true],
  ["a weak ETag", { ETag: 'W/"1"' }, false],
  ["an ETag, but no ranges", { ETag: '"1"', "Accept-Ranges": "none" }, false],
  ["neither", {}, false],
  ["an ETag, but compressed", { ETag: '"1"', "Content-Encoding": "gzip" }, false],
])("what a cut download leaves where the server gives %s", async (_name, headers, resumable) => {
  const sent = content.subarray(0, 2_000_000);
  const url = await serve((_request, response) => {
    response.writeHead(200, {
      ...headers,
      ...("Content-Encoding" in headers ? {} : { "Content-Length": content.length }),
    });
    response.write("Content-Encoding" in headers ? gzipSync(sent) : sent);
    cutOnceHeld(response);
  });
  await expect(fetchFile({ url, token: null, path: target })).rejects.toMatchObject({
    code: "connection-cut",
  });
  const held = await heldPart(target, null);
  expect(held !== null).toBe(resumable);
  if (held) {
    expect(held.note).toMatchObject({ sizeBytes: content.length });
    expect((await readFile(held.path)).equals(sent.subarray(0, held.sizeBytes))).toBe(true);
  } else expect(await readdir(folder)).toEqual([]);
});

test("what somebody needs stays though the server could not go on from it", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { "Content-Length": content.length }).write(content.subarray(0, 100));
    cutOnceHeld(response);
  });
  const part = newPart(target);
  const cut = fetchFile({ url, token: null, path: target, part, isNeeded: () => true });
  await expect(cut).rejects.toMatchObject({ code: "connection-cut" });
  expect(await heldPart(target, part)).toBeNull();
  expect(await readFile(part)).toEqual(content.subarray(0, 100));
});

test("of several parts the longest is gone on with; the others go, but for the one that rows came from", async () => {
  const short = await halfHeld();
  const loadedFrom = newPart(target);
  await writeFile(loadedFrom, content.subarray(0, 10));
  const long = newPart(target);
  await writeFile(long, content.subarray(0, half + 1));
  const note = await readNote(short?.path ?? "");
  if (note) await writeNote(long, note);
  const held = await heldPart(target, loadedFrom);
  expect(held).toMatchObject({ path: long, sizeBytes: half + 1 });
  expect((await readdir(folder)).sort()).toEqual(
    [loadedFrom, long, noteBeside(long)].map((file) => path.basename(file)).sort(),
  );
});

test("a part from before the machine was started anew, or with a note cut short, is not gone on with", async () => {
  expect(await halfHeld({ booted: bootedAt() - 3_600_000 })).toBeNull();
  expect(await readdir(folder)).toEqual([]);
  const part = newPart(target);
  await writeFile(part, "x");
  await writeFile(noteBeside(part), '{"validator":');
  expect(await heldPart(target, null)).toBeNull();
});
