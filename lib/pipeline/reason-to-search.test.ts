import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { bothReasons, reasonToSearch } from "./reason-to-search";

const job = (mode?: "auto" | "bulk" | "search", purpose: "members" | null = null) => ({
  purpose,
  mode: mode === "search" ? ("search" as const) : ("bulk" as const),
  request: { resource_types: [], mode },
  groupId: "blue",
});
const refused = (status: number, reason: string) =>
  new AppError("kickoff-refused", { status, reason });

test.each<[string, AppError]>([
  ["too many files", new AppError("too-many-files", { reason: "Too many files" })],
  ["no such operation", refused(404, "Not Found")],
  ["no such path", refused(404, "Nothing is at Group/blue/$export")],
  ["the issue's code alone", refused(400, "not-supported")],
  ["no such method", refused(405, "Method Not Allowed")],
  ["not implemented", refused(501, "Not Implemented")],
  [
    "an operation that this client may not use",
    new AppError("access-refused", {
      host: "h",
      status: 403,
      reason: "Bulk export is not allowed for this client",
    }),
  ],
  ["an outcome that says so", refused(400, "Operation $export is not supported")],
])("%s leads to search, with the server's words", (_what, failure) => {
  expect(reasonToSearch(job(), failure)).toContain(String(failure.params.reason));
  expect(reasonToSearch(job("auto"), failure)).not.toBeNull();
  expect(reasonToSearch(job("bulk"), failure)).toBeNull();
  expect(reasonToSearch(job("search"), failure)).toBeNull();
});

test.each<[string, AppError]>([
  ["a bad parameter", refused(400, "Invalid _since")],
  ["a parameter that is not supported", refused(400, "_until is not supported by $export")],
  ["a group that is not there", refused(404, "There is no Group/blue")],
  ["an accident", new AppError("server-error", { host: "h", status: 503, reason: "Busy" })],
  ["no access", new AppError("access-refused", { host: "h", status: 403, reason: "No" })],
  [
    "a type that is not allowed",
    new AppError("access-refused", { host: "h", status: 403, reason: "Claim is not allowed" }),
  ],
  ["an export that failed", new AppError("export-error", { reason: "Out of memory" })],
])("%s does not", (_what, failure) => {
  expect(reasonToSearch(job(), failure)).toBeNull();
});

test("where search fails too, both reasons are told; what passes by itself stays what it is", () => {
  const failure = new AppError("search-refused", { status: 403, reason: "No searches" });
  const both = bothReasons({ modeReason: "Too many files" }, failure);
  expect(both.code).toBe("search-unavailable");
  expect(both.message).toContain("Too many files");
  expect(both.message).toContain("No searches");
  expect(bothReasons({ modeReason: null }, failure)).toBe(failure);
  const passing = new AppError("connection-cut", { host: "h", reason: "reset" });
  expect(bothReasons({ modeReason: "Too many files" }, passing)).toBe(passing);
});

test("who is in a group is searched for where the export of that is refused, whatever the words", () => {
  const failure = refused(400, "Unknown parameter _elements");
  expect(reasonToSearch(job("auto", "members"), failure)).toContain("_elements");
  expect(reasonToSearch(job("bulk", "members"), failure)).toBeNull();
});
