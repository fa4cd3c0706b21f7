import { expect, test } from "vitest";
import { type Dialect, ExportRequest } from "@/lib/contract/export-request";
import { AppError } from "@/lib/errors";
import { otherDialect } from "./other-dialect";

const types = { resource_types: ["Patient", "Condition"] };
const filters = { type_filter: ["Condition?code=a", "Condition?code=b"] };

test.each<[string, number, string, Dialect, Partial<ExportRequest>, Dialect | null]>([
  ["GET is not allowed", 405, "Method Not Allowed", "mixed", types, "post"],
  ["the words ask for POST", 400, "Use POST with Parameters", "comma", {}, "post"],
  ["POST is not allowed", 405, "Method Not Allowed", "post", types, "mixed"],
  ["Parameters are not understood", 415, "Unsupported Media Type", "post", types, "mixed"],
  ["a person chose GET", 405, "Method Not Allowed", "mixed", { ...types, method: "GET" }, null],
  ["patients need POST", 405, "No", "post", { ...types, patient: ["Patient/1"] }, null],
  [
    "the joined list is taken for one type",
    400,
    'Unknown resource type "Patient,Condition"',
    "mixed",
    types,
    "repeat",
  ],
  ["commas are refused", 400, "Comma-delimited values are forbidden", "comma", types, "repeat"],
  ["repeats are refused", 422, "_type must not be repeated", "repeat", types, "comma"],
  ["one value is expected", 400, "Only one _type allowed", "repeat", types, "comma"],
  ["repeated filters are refused", 400, "multiple _typeFilter", "mixed", filters, "comma"],
  ["a type is unknown", 400, 'resource type "Nope" is not available', "mixed", types, null],
  ["nothing is a list", 400, "comma", "mixed", { resource_types: ["Patient"] }, null],
])("where %s", (_what, status, reason, tried, request, expected) => {
  const error = new AppError("kickoff-refused", { status, reason });
  expect(otherDialect(error, tried, ExportRequest.parse(request))).toBe(expected);
});

test("a server that is busy or does not know us is not asked in another form", () => {
  const request = ExportRequest.parse(types);
  for (const error of [
    new AppError("rate-limited", { host: "x" }),
    new AppError("access-refused", { host: "x", status: 401, reason: "comma" }),
  ]) {
    expect(otherDialect(error, "mixed", request)).toBeNull();
  }
});
