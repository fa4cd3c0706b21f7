import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { lineBreaksBefore } from "./line-breaks-before";
import { longLineBytes } from "./long-line-turn";
import { type Line, readLines } from "./read-lines";

const folder = mkdtempSync(path.join(tmpdir(), "read-lines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, "file.ndjson");

async function read(
  content: string | Buffer,
  options: {
    readBytes?: number;
    maxLineBytes?: number;
    fromOffset?: number;
    fromLine?: number;
    placeForLongLine?: () => Promise<Buffer>;
  } = {},
) {
  writeFileSync(file, content);
  const lines: Line[] = [];
  let endOffset = options.fromOffset ?? 0;
  for await (const batch of readLines(file, {
    fromOffset: 0,
    fromLine: 1,
    maxLineBytes: 1000,
    ...options,
  })) {
    lines.push(...batch.lines);
    expect(batch.endOffset).toBeGreaterThanOrEqual(endOffset);
    endOffset = batch.endOffset;
  }
  return {
    lines: lines.map(({ bytes, ...line }) => ({ ...line, text: bytes.toString() })),
    endOffset,
  };
}

const texts = async (...args: Parameters<typeof read>) =>
  (await read(...args)).lines.map(({ text }) => text);

const every = [1, 2, 3, 4, 5, 7, 11, 64];

test("characters that two reads share stay whole, wherever the reads end", async () => {
  for (const readBytes of every) {
    expect(await texts('{"a":"é"}\n{"b":"爱👩‍⚕️"}\n', { readBytes })).toEqual([
      '{"a":"é"}',
      '{"b":"爱👩‍⚕️"}',
    ]);
  }
});

test("both line breaks end a line, a last line needs none", async () => {
  for (const readBytes of every) {
    expect(await texts("one\r\ntwo\nthree", { readBytes })).toEqual(["one", "two", "three"]);
    expect(await texts("one\r\ntwo\r\n", { readBytes })).toEqual(["one", "two"]);
  }
});

test("blank lines are left out but keep their numbers and bytes", async () => {
  for (const readBytes of every) {
    const { lines, endOffset } = await read("\n  \r\na\n\t\n\nbé\n\n", { readBytes });
    expect(lines).toEqual([
      { no: 3, offset: 5, size: 1, text: "a", tooLong: false },
      { no: 6, offset: 10, size: 3, text: "bé", tooLong: false },
    ]);
    expect(endOffset).toBe(15);
  }
});

test("a byte order mark is no part of the first line, and only there", async () => {
  for (const readBytes of every) {
    const { lines } = await read("\ufeff{}\n\ufeff{}\n", { readBytes });
    expect(lines.map(({ offset, size, text }) => [offset, size, text])).toEqual([
      [3, 2, "{}"],
      [6, 5, "\ufeff{}"],
    ]);
  }
  expect(await texts("\ufeff\n\n")).toEqual([]);
});

test("an empty file has no lines", async () => {
  expect(await read("")).toEqual({ lines: [], endOffset: 0 });
});

test("a line above the limit is told with its size, the lines around it are whole", async () => {
  const long = "x".repeat(200_000);
  for (const readBytes of [1000, 4096, 65_536, 1 << 20]) {
    const { lines } = await read(`a\n${long}\nb`, { readBytes, maxLineBytes: 100_000 });
    expect(lines.map(({ no, offset, size, tooLong }) => [no, offset, size, tooLong])).toEqual([
      [1, 0, 1, false],
      [2, 2, 200_000, true],
      [3, 200_003, 1, false],
    ]);
    expect(lines[1]?.text).toBe("x".repeat(65_536));
  }
});

test("a line of exactly the limit is read, one byte more is too long", async () => {
  for (const readBytes of every) {
    const { lines } = await read(`${"a".repeat(10)}\n${"b".repeat(11)}\n`, {
      readBytes,
      maxLineBytes: 10,
    });
    expect(lines.map(({ tooLong, size }) => [tooLong, size])).toEqual([
      [false, 10],
      [true, 11],
    ]);
  }
});

test("what is kept of a line that is too long is its first bytes, in a buffer no larger than the limit", async () => {
  writeFileSync(file, Buffer.alloc(64 * 1024 * 1024, "x"));
  let most = 0;
  for await (const { lines } of readLines(file, {
    fromOffset: 0,
    fromLine: 1,
    maxLineBytes: 1024 * 1024,
  })) {
    most = Math.max(most, ...lines.map(({ bytes }) => bytes.length));
    for (const line of lines) {
      expect(line).toMatchObject({ size: 64 * 1024 * 1024, tooLong: true });
      expect(line.bytes.buffer.byteLength).toBeLessThanOrEqual(1024 * 1024);
    }
  }
  expect(most).toBe(65_536);
});

test("every end of a batch is a place from which the rest reads the same", async () => {
  const content = "\ufeffone\r\n\ntwo é\n   \nthree\nfour";
  writeFileSync(file, content);
  const ends: number[] = [];
  const options = { fromOffset: 0, fromLine: 1, maxLineBytes: 1000, readBytes: 3 };
  for await (const { endOffset } of readLines(file, options)) ends.push(endOffset);
  const whole = (await read(content)).lines;
  for (const fromOffset of new Set(ends)) {
    const fromLine = (await lineBreaksBefore(file, fromOffset)) + 1;
    const rest = await read(content, { fromOffset, fromLine, readBytes: 3 });
    expect(rest.lines).toEqual(whole.filter(({ offset }) => offset >= fromOffset));
  }
  expect(ends.at(-1)).toBe(Buffer.byteLength(content));
});

test("a stopped read throws", async () => {
  writeFileSync(file, "a\nb\n");
  const reading = readLines(file, {
    fromOffset: 0,
    fromLine: 1,
    maxLineBytes: 10,
    signal: AbortSignal.abort(),
  });
  await expect(reading.next()).rejects.toThrow();
});

test("lines of tens of MB are whole, and each is given a place once", async () => {
  const long = (letter: string) => letter.repeat(longLineBytes + 1_000_000);
  const content = `short\n${long("a")}\n${long("b")}\nend`;
  let announced = 0;
  const { lines } = await read(content, {
    maxLineBytes: 2 * longLineBytes,
    placeForLongLine: async () => {
      announced += 1;
      return Buffer.alloc(2 * longLineBytes);
    },
  });
  expect(lines.map(({ text }) => text === long("a") || text === long("b") || text)).toEqual([
    "short",
    true,
    true,
    "end",
  ]);
  expect(lines.map(({ size }) => size)).toEqual([
    5,
    longLineBytes + 1_000_000,
    longLineBytes + 1_000_000,
    3,
  ]);
  expect(announced).toBe(2);
  const cut = await read(content, { maxLineBytes: longLineBytes + 1000 });
  expect(cut.lines.map(({ tooLong }) => tooLong)).toEqual([false, true, true, false]);
  expect(cut.lines[1]?.text).toBe("a".repeat(64 * 1024));
});
