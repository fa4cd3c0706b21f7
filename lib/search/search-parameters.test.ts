import { expect, test } from "vitest";
import { demandOf, patientParameter } from "./search-parameters";

test.each([
  ["Observation", "Either category or code is required", "category"],
  ["Observation", "Search requires additional parameters", "category"],
  ["MedicationRequest", "Required parameter: intent", "intent"],
  ["MedicationRequest", "The parameter [status] must be given", "status"],
  ["CareTeam", "patient must be combined with status", "status"],
])("%s: “%s” asks for %s", (type, reason, parameter) => {
  expect(demandOf(type, reason, ["patient"])?.parameter).toBe(parameter);
});

test("what is there already is not asked for again", () => {
  expect(demandOf("CareTeam", "status is required", ["patient", "status"])).toBeNull();
  expect(demandOf("Observation", "category is invalid", ["patient", "category"])).toBeNull();
});

test("other refusals and unknown types ask for nothing", () => {
  expect(demandOf("Observation", "Unauthorised", ["patient"])).toBeNull();
  expect(demandOf("Basic", "code is required", ["patient"])).toBeNull();
});

test("the patient goes under the name that the type has for it", () => {
  expect(patientParameter("Observation", "1")).toEqual(["patient", "1"]);
  expect(patientParameter("AdverseEvent", "1")).toEqual(["subject", "Patient/1"]);
});
