import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DataFile, repeatData, splitData } from "./data";
import { bytesName } from "./data-sets";

let folder: string;
let seed: DataFile;
const lines = Array.from(
  { length: 7 },
  (_, n) => `{"resourceType":"Patient","id":"p${n}","name":[{"family":"Łuć"}]}`,
);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "bench-data-"));
  const text = `${lines.join("\n")}\n`;
  const target = path.join(folder, "seed.ndjson");
  await writeFile(target, text);
  seed = { type: "Patient", path: target, lines: 7, bytes: Buffer.byteLength(text) };
});
afterEach(() => rm(folder, { recursive: true }));

const linesOf = async (files: DataFile[]) => {
  const texts = await Promise.all(files.map((file) => readFile(file.path, "utf8")));
  return texts.flatMap((text) => text.split("\n").filter(Boolean));
};

test("split data are the same lines in smaller files, and as many bytes", async () => {
  const files = await splitData(path.join(folder, "split"), [seed], 3);
  expect(files.map((file) => file.lines)).toEqual([3, 3, 1]);
  expect(await linesOf(files)).toEqual(lines);
  expect(files.reduce((sum, file) => sum + file.bytes, 0)).toBe(seed.bytes);
});

test("repeated data are as large as asked for, and no id is there twice", async () => {
  const files = await repeatData(path.join(folder, "repeated"), seed, 2_000, 2);
  const ids = (await linesOf(files)).map((line) => JSON.parse(line).id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(files.reduce((sum, file) => sum + file.lines, 0));
  for (const { path: target, bytes } of files) {
    expect(bytes).toBe((await readFile(target)).length);
    expect(bytes).toBeGreaterThanOrEqual(2_000);
    expect(bytes).toBeLessThan(2_000 + 2 * seed.bytes);
  }
});

test("sizes have names that people use", () => {
  expect([0, 300, 20_000_000, 2e9].map(bytesName)).toEqual(["0 B", "300 B", "20 MB", "2 GB"]);
});
