import { expect, test } from "vitest";
import { copyText } from "./copy-text";
import { deletedEntries } from "./deleted-entries";
import { lineToRow } from "./line-to-row";
import { outcomeIssues } from "./outcome-issues";
import { partitionName } from "./partition-name";
import type { Line } from "./read-lines";

const jobId = "0b8f6f0e-3f52-4a0e-9d57-0f9c6e0d1a2b";

const lineOf = (content: string | Buffer): Line => {
  const bytes = Buffer.from(content as string);
  return { no: 7, offset: 100, size: bytes.length, bytes, tooLong: false };
};

const read = (content: string | Buffer, resourceType: string | null = "Patient") =>
  lineToRow(lineOf(content), { jobId, fileNo: 2, resourceType });

test("a line becomes a row in COPY text, with the line's own JSON at the end", () => {
  const text = '{"resourceType":"Patient", "id":"a",\t"x":"\\n\\"q\\"", "n":1.10}';
  const row = read(text);
  expect(row).toMatchObject({ table: "patients", key: "Patient/a" });
  if (row === null || !("copy" in row)) throw new Error("not a row");
  const fields = row.copy.slice(0, -1).split("\t");
  expect(fields.slice(0, 7)).toEqual([jobId, "a", "a", "2", "7", "\\N", "\\N"]);
  expect(fields.at(-1)).toBe(text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t"));
  expect(row.copy.endsWith("\n")).toBe(true);
});

test("a type without a table of its own goes to resources under its name", () => {
  const row = read(
    '{"resourceType":"Claim","id":"a","patient":{"reference":"Patient/p"}}',
    "Claim",
  );
  if (row === null || !("copy" in row)) throw new Error("not a row");
  expect(row.table).toBe("resources");
  expect(row.copy.split("\t").slice(0, 6)).toEqual([jobId, "p", "a", "Claim", "2", "7"]);
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

test("COPY text: nulls, booleans, numbers, and every sign that has a meaning there", () => {
  expect(copyText([null, true, false, 1.5, -0, "\\N", "a\tb\nc\rd\\", ""])).toBe(
    "\\N\tt\tf\t1.5\t0\t\\\\N\ta\\tb\\nc\\rd\\\\\t\n",
  );
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

test("a partition is named after its table and a checked job id", () => {
  expect(partitionName("medication_requests", jobId.toUpperCase())).toBe(
    "medication_requests_0b8f6f0e3f524a0e9d570f9c6e0d1a2b",
  );
  for (const wrong of ["", "x", `${jobId}0`, `${jobId}; DROP TABLE users`]) {
    expect(() => partitionName("patients", wrong)).toThrow(TypeError);
  }
});
