import { expect, test } from "vitest";
import { patientIdOf, referenceId } from "./reference";

test.each([
  ["Patient/x", "x"],
  ["Patient/x/_history/1", "x"],
  ["https://s.example/fhir/r4/Patient/x", "x"],
  ["https://s.example/Patient/x/_history/3", "x"],
  ["http://s.example/Patient/x#part", "x"],
  ["Patient/x|1.0", "x"],
  ["urn:uuid:6f1c", "6f1c"],
])("%s names a patient", (reference, id) => {
  expect(referenceId({ reference }, "Patient")).toBe(id);
});

test.each([
  "Group/x",
  "https://s.example/Group/x",
  "#contained",
  "Patient?identifier=urn:x|1",
  "Patient/",
  "Patient",
  "x",
  "",
  "urn:uuid:",
  "/",
  17,
  null,
])("%j names no patient", (reference) => {
  expect(referenceId({ reference }, "Patient")).toBeNull();
});

test("a urn is of the type that the reference says", () => {
  expect(referenceId({ reference: "urn:uuid:a", type: "Group" }, "Patient")).toBeNull();
  expect(referenceId({ reference: "urn:uuid:a", type: "Patient" }, "Patient")).toBe("a");
});

test("the patient is the first reference that names one, '' where none does", () => {
  expect(patientIdOf(undefined, { reference: "Device/d" }, { reference: "Patient/p" })).toBe("p");
  expect(patientIdOf(null, "Patient/p", [], { display: "somebody" })).toBe("");
});
