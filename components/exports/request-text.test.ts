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

test("lists are shown in the form that the server gets them in", () => {
  const request = {
    resource_types: ["Patient", "Condition"],
    type_filter: ["Condition?code=a", "Condition?code=b"],
  };
  const shown = (dialect: "comma" | "mixed" | "repeat" | "post" | null) =>
    requestText({ fhirBaseUrl, level: "system", groupId: null, request, dialect })
      .split("\n")
      .slice(0, -1)
      .map((line) => line.replace("https://example.org/fhir/", "").trim());
  const filters = ["_typeFilter=Condition?code=a", "_typeFilter=Condition?code=b"];
  const types = ["_type=Patient", "_type=Condition"];
  expect(shown(null)).toEqual([
    "GET $export",
    "?_type=Patient,Condition",
    ...filters.map((one) => `&${one}`),
  ]);
  expect(shown("comma")[2]).toBe("&_typeFilter=Condition?code=a,Condition?code=b");
  expect(shown("repeat").slice(1, 3)).toEqual(["?_type=Patient", "&_type=Condition"]);
  expect(shown("post")).toEqual(["POST $export", ...types, ...filters]);
});

test("patients make a POST of it", () => {
  const request = { resource_types: [], patient: ["Patient/1"], method: "GET" as const };
  const text = requestText({ fhirBaseUrl, level: "patient", groupId: null, request });
  expect(text.split("\n").slice(0, 2)).toEqual([
    "POST https://example.org/fhir/Patient/$export",
    "     patient=Patient/1",
  ]);
});
