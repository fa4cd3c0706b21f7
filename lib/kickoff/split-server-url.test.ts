import { expect, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { baseOfStatusUrl, splitServerUrl } from "./split-server-url";

test.each([
  ["https://x.org/fhir", "https://x.org/fhir", "system", null],
  ["https://x.org/fhir/", "https://x.org/fhir", "system", null],
  [" https://x.org ", "https://x.org", "system", null],
  [
    "http://localhost:9443/eyJtIjoxMH0/fhir",
    "http://localhost:9443/eyJtIjoxMH0/fhir",
    "system",
    null,
  ],
  ["https://x.org/fhir/$export", "https://x.org/fhir", "system", null],
  ["https://x.org/fhir/metadata", "https://x.org/fhir", "system", null],
  ["https://x.org/fhir/Patient", "https://x.org/fhir", "patient", null],
  ["https://x.org/fhir/Patient/$export?_type=Patient", "https://x.org/fhir", "patient", null],
  ["https://x.org/fhir/Group/BMCHealthNet", "https://x.org/fhir", "group", "BMCHealthNet"],
  ["https://x.org/fhir/Group/BMCHealthNet/", "https://x.org/fhir", "group", "BMCHealthNet"],
  ["https://x.org/fhir/Group/a%20b/%24export", "https://x.org/fhir", "group", "a b"],
  ["https://x.org/fhir/Group/100%", "https://x.org/fhir", "group", "100%"],
  ["https://x.org/Group/fhir", "https://x.org", "group", "fhir"],
])("%s is understood", (url, fhirBaseUrl, level, groupId) => {
  expect(splitServerUrl(url)).toEqual({ fhirBaseUrl, level, groupId });
});

test.each([
  ["x.org/fhir", "not_url"],
  ["", "not_url"],
  ["file:///etc/passwd", "not_http"],
  ["javascript:alert(1)", "not_http"],
  ["https://me:secret@x.org/fhir", "credentials"],
  ["ftp://me:secret@x.org/fhir", "not_http"],
  ["me:secret@x.org/fhir?sig=secret", "not_http"],
  ["x.org/fhir?sig=secret", "not_url"],
  ["//me:secret@x.org/fhir#secret", "not_url"],
])("%s is refused", (url, reason) => {
  try {
    splitServerUrl(url);
    expect.unreachable();
  } catch (error) {
    expect((error as AppError).code).toBe("url-invalid");
    expect((error as AppError).params.reason).toBe(reason);
    expect((error as AppError).message).not.toContain("secret");
  }
});

test.each([
  ["https://x.org/eyJh/fhir/bulkstatus/1", "https://x.org/eyJh/fhir"],
  ["https://x.org/api/FHIR/R4/BulkRequest/1?a=b", "https://x.org/api/FHIR/R4"],
  ["https://x.org/jobs/1", "https://x.org"],
])("a bare status URL %s is an export of %s", (statusUrl, base) => {
  expect(baseOfStatusUrl(statusUrl)).toBe(base);
});
