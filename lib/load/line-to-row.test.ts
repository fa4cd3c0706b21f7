import { expect, test } from "vitest";
import { CopyBuffer } from "./copy-buffer";
import { deletedEntries, undeletableEntry } from "./deleted-entries";
import { lineOf as lineOfRow, type Row, rowReader } from "./line-to-row";
import { outcomeIssues } from "./outcome-issues";
import { partitionName } from "./partition-name";
import type { Line } from "./read-lines";

const jobId = "0b8f6f0e-3f52-4a0e-9d57-0f9c6e0d1a2b";

const lineOf = (content: string | Buffer): Line => {
  const bytes = Buffer.from(content as string);
  return { no: 7, offset: 100, size: bytes.length, bytes, tooLong: false };
};

const read = (content: string | Buffer, resourceType: string | null = "Patient") =>
  rowReader({ jobId, fileNo: 2, resourceType })(lineOf(content), new CopyBuffer(16));

/** The fields of rows in PostgreSQL's binary COPY format. */
function fieldsOf(bytes: Buffer): (Buffer | null)[][] {
  const rows: (Buffer | null)[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const count = bytes.readInt16BE(at);
    at += 2;
    const row: (Buffer | null)[] = [];
    for (let i = 0; i < count; i += 1) {
      const size = bytes.readInt32BE(at);
      at += 4;
      row.push(size === -1 ? null : bytes.subarray(at, at + size));
      at += Math.max(size, 0);
    }
    rows.push(row);
  }
  return rows;
}

function rowOf(made: ReturnType<typeof read>): Row {
  if (made === null || !("copy" in made)) throw new Error("not a row");
  return made;
}

const fields = (made: ReturnType<typeof read>) => {
  const row = rowOf(made);
  const [only, ...more] = fieldsOf(row.copy.slice(row.start, row.end));
  expect(more).toEqual([]);
  return only ?? [];
};

test("a line becomes a row in binary COPY, with the line's own JSON at the end", () => {
  const text = '{"resourceType":"Patient", "id":"a",\t"x":"\\n\\"q\\"", "n":1.10}';
  const row = rowOf(read(text));
  expect(row).toMatchObject({ table: "patients", key: "a", no: 7, offset: 100, size: text.length });
  const values = fields(row);
  expect(values).toHaveLength(17);
  expect(values[0]?.toString("hex")).toBe(jobId.replaceAll("-", ""));
  expect(values.slice(1, 3).map(String)).toEqual(["a", "a"]);
  expect(values.slice(3, 5).map((value) => value?.readInt32BE())).toEqual([2, 7]);
  expect(values.slice(5, 7)).toEqual([null, null]);
  expect(String(values.at(-1))).toBe(text);
  expect(lineOfRow(row)).toEqual(lineOf(text));
});

test("a type without a table of its own goes to resources under its name", () => {
  const row = read(
    '{"resourceType":"Claim","id":"a","patient":{"reference":"Patient/p"}}',
    "Claim",
  );
  expect(row).toMatchObject({ table: "resources", key: "Claim/a" });
  const values = fields(row);
  expect(values.slice(1, 4).map(String)).toEqual(["p", "a", "Claim"]);
  expect(values.slice(4, 6).map((value) => value?.readInt32BE())).toEqual([2, 7]);
});

test.each([
  ["{", "not-json"],
  ['{"resourceType":"Patient","id":"a"} {}', "not-json"],
  ["<html>", "not-json"],
  ["[]", "not-an-object"],
  ["null", "not-an-object"],
  ['"text"', "not-an-object"],
  ["{}", "wrong-type"],
  ['{"resourceType":17,"id":"a"}', "wrong-type"],
  ['{"resourceType":"Condition","id":"a"}', "wrong-type"],
  ['{"resourceType":"Patient"}', "no-id"],
  ['{"resourceType":"Patient","id":""}', "no-id"],
  ['{"resourceType":"Patient","id":12}', "no-id"],
])("%s is rejected: %s", (content, reasonCode) => {
  expect(read(content)).toMatchObject({ reasonCode });
});

test("bytes that are no UTF-8 are rejected, not replaced", () => {
  const content = Buffer.from('{"resourceType":"Patient","id":"é"}', "latin1");
  expect(read(content)).toMatchObject({ reasonCode: "not-json", reason: "The line is not UTF-8" });
});

test("a reason never quotes the line", () => {
  for (const content of [
    '{"family":"Secret"',
    '{"family":Secret}',
    "Secret",
    '{"resourceType":"Secret Name"}',
  ]) {
    const reject = read(content);
    expect(reject).toMatchObject({ reason: expect.not.stringContaining("Secret") });
  }
});

test("a file without a type takes every type, and its block headers are no lines", () => {
  expect(read('{"resourceType":"Condition","id":"a"}', null)).toMatchObject({
    table: "conditions",
  });
  expect(read('{"resourceType":"constructor","id":"a"}', null)).toMatchObject({
    table: "resources",
  });
  const header = '{"resourceType":"Parameters","parameter":[{"name":"header"}]}';
  expect(read(header, null)).toBeNull();
  expect(read(header, "Patient")).toMatchObject({ reasonCode: "wrong-type" });
  expect(read('{"resourceType":"Parameters","parameter":[]}', null)).toMatchObject({
    reasonCode: "no-id",
  });
});

test.each([
  ["\\u0000", "\\u0000 cannot be converted to text"],
  ["a\\\\\\u0000", "\\u0000 cannot be converted to text"],
  ["\\ud800", "high surrogate without a low one"],
  ["\\uD83D x\\ude00", "high surrogate without a low one"],
  ["\\ud83d\\n", "high surrogate without a low one"],
  ["\\ud83d\\ud83d\\ude00", "high surrogate without a low one"],
  ["\\ude00", "low surrogate without a high one"],
  ["\\ud83d\\ude00\\ude00", "low surrogate without a high one"],
])(
  "text that PostgreSQL cannot hand out is rejected by name, as a value and as a key: %s",
  (text, words) => {
    for (const line of [
      `{"resourceType":"Patient","id":"a","x":"${text}"}`,
      `{"resourceType":"Patient","id":"a","x":[{"${text}":1}]}`,
    ]) {
      expect(read(line)).toMatchObject({
        reasonCode: "not-storable",
        reason: expect.stringContaining(words),
      });
    }
  },
);

test.each([
  "\\\\u0000",
  "\\\\ud800",
  "\\ud83d\\ude00",
  "\\uD83D\\uDE00x",
  "\\u00e9",
  "\\\\\\u0041",
  "\ufffd",
])("escapes and signs that are text are kept as they are: %s", (text) => {
  const line = `{"resourceType":"Patient","id":"a","name":[{"family":"${text}"}]}`;
  const values = fields(read(line));
  expect(String(values.at(-1))).toBe(line);
  expect(values.map(String)).toContain(JSON.parse(`"${text}"`));
});

test("a text that is looked up by must fit into an index", () => {
  const line = (code: string) =>
    JSON.stringify({ resourceType: "Condition", id: "a", code: { coding: [{ code }] } });
  expect(read(line("é".repeat(1_300)), "Condition")).toMatchObject({ table: "conditions" });
  expect(read(line("é".repeat(1_301)), "Condition")).toMatchObject({
    reasonCode: "not-storable",
    reason: "code is longer than 2600 bytes",
  });
});

test("binary COPY: nulls, flags, numbers, times, days, and text of every length and alphabet", () => {
  const copy = new CopyBuffer(8);
  copy.row(2);
  copy.null();
  copy.integer(-2);
  const texts = ["", "plain", "é", "爱👩‍⚕️", "x".repeat(63), "x".repeat(64), `${"é".repeat(200)}x`];
  copy.row(texts.length);
  for (const text of texts) copy.text(text);
  copy.row(3);
  copy.cell("flag", true);
  copy.cell("flag", false);
  copy.cell("number", 1.5);
  const times = [
    "2000-01-01T00:00:00.000Z",
    "1999-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00.001Z",
    "2026-11-23T15:00:00.123Z",
    "0001-01-01T00:00:00.001Z",
    "9999-12-31T23:59:59.999Z",
  ];
  copy.row(times.length);
  for (const time of times) copy.cell("time", Date.parse(time));
  copy.row(4);
  for (const day of ["2000-01-01", "1999-12-31", "0001-01-01", "9999-12-31"]) copy.cell("day", day);
  copy.row(2);
  copy.cell("texts", ["é", null]);
  copy.cell("numbers", [1.5, -2]);
  const [first, second, third, fourth, fifth, sixth] = fieldsOf(copy.slice(0, copy.length));
  expect(first).toEqual([null, Buffer.from([255, 255, 255, 254])]);
  expect(second?.map(String)).toEqual(texts);
  expect(third?.slice(0, 2)).toEqual([Buffer.from([1]), Buffer.from([0])]);
  expect(third?.[2]?.readDoubleBE()).toBe(1.5);
  expect(fourth?.map((field) => field?.readBigInt64BE())).toEqual(
    times.map((time) => BigInt(Date.parse(time) - Date.UTC(2000, 0, 1)) * 1000n),
  );
  expect(fifth?.map((field) => field?.readInt32BE())).toEqual([0, -1, -730_119, 2_921_939]);
  // dimensions, are there nulls, element type; length, first index; a length before each element
  const int32s = (...values: number[]) => Buffer.from(new Int32Array(values).buffer).swap32();
  expect(sixth?.[0]).toEqual(
    Buffer.concat([int32s(1, 1, 25, 2, 1, 2), Buffer.from("é"), int32s(-1)]),
  );
  expect(sixth?.[1]?.subarray(0, 24)).toEqual(int32s(1, 0, 701, 2, 1, 8));
  expect(sixth?.[1]?.readDoubleBE(24)).toBe(1.5);
  expect(sixth?.[1]?.readDoubleBE(36)).toBe(-2);
  copy.clear();
  expect(copy.length).toBe(0);
});

test("every issue of an outcome is kept, and an outcome without one is not lost", () => {
  expect(
    outcomeIssues({
      issue: [
        { severity: "warning", code: "x", diagnostics: "d\u0000" },
        { details: { text: "t" } },
        { details: { coding: [{ display: "c" }] } },
        null,
      ],
    }),
  ).toEqual([
    { severity: "warning", code: "x", diagnostics: "d" },
    { severity: "error", code: "unknown", diagnostics: "t" },
    { severity: "error", code: "unknown", diagnostics: "c" },
    { severity: "error", code: "unknown", diagnostics: null },
  ]);
  expect(outcomeIssues({})).toHaveLength(1);
});

test("only DELETE entries that name a resource are deletions", () => {
  const entry = (method: string, url: unknown) => ({ request: { method, url } });
  expect(
    deletedEntries({
      entry: [
        entry("DELETE", "Patient/a"),
        entry("DELETE", "https://s.example/fhir/Condition/b.1-2"),
        entry("PUT", "Patient/c"),
        entry("DELETE", "Patient?identifier=x"),
        entry("DELETE", 1),
        null,
      ],
    }),
  ).toEqual([
    { resourceType: "Patient", resourceId: "a" },
    { resourceType: "Condition", resourceId: "b.1-2" },
  ]);
  expect(deletedEntries({ entry: "x" })).toEqual([]);
});

test.each<[string, unknown, number | null]>([
  ["only deletions", [{ request: { method: "DELETE", url: "Patient/a" } }], null],
  ["nothing", undefined, null],
  [
    "a PUT after a deletion",
    [
      { request: { method: "DELETE", url: "Patient/a" } },
      { request: { method: "PUT", url: "Patient/b" } },
    ],
    2,
  ],
  ["a conditional delete", [{ request: { method: "DELETE", url: "Patient?name=x" } }], 1],
  ["no request", [{ resource: {} }], 1],
])("a Bundle with %s names the entry that nobody can apply", (_what, entry, place) => {
  expect(undeletableEntry(entry === undefined ? {} : { entry: entry as never })).toBe(place);
});

test("a partition is named after its table and a checked job id", () => {
  expect(partitionName("medication_requests", jobId.toUpperCase())).toBe(
    "medication_requests_0b8f6f0e3f524a0e9d570f9c6e0d1a2b",
  );
  for (const wrong of ["", "x", `${jobId}0`, `${jobId}; DROP TABLE users`]) {
    expect(() => partitionName("patients", wrong)).toThrow(TypeError);
  }
});
