import { expect, test } from "vitest";
import { requestText } from "./request-text";

const fhirBaseUrl = "https://example.org/fhir";

test("the request of a group names what was chosen and nothing else", () => {
  expect(
    requestText({
      fhirBaseUrl,
      level: "group",
      groupId: "g1",
      request: { resource_types: ["Patient", "Condition"], since: "2026-01-01T00:00:00Z" },
    }),
  ).toBe(
    [
      "GET https://example.org/fhir/Group/g1/$export",
      "    ?_type=Patient,Condition",
      "    &_since=2026-01-01T00:00:00Z",
      "Prefer: respond-async",
    ].join("\n"),
  );
});

test("all types of the whole system need no parameter", () => {
  expect(
    requestText({
      fhirBaseUrl,
      level: "system",
      groupId: null,
      request: { resource_types: [], lenient: true },
    }),
  ).toBe("GET https://example.org/fhir/$export\nPrefer: respond-async, handling=lenient");
});
