import { expect, test } from "vitest";
import { belongsTo } from "./belongs-to";

const is = (reference: string) => ({ reference });

test.each<[string, boolean, Record<string, unknown>]>([
  ["subject", true, { subject: is("Patient/a") }],
  [
    "an absolute reference with a version",
    true,
    { patient: is("https://x/r4/Patient/a/_history/2") },
  ],
  ["beneficiary", true, { beneficiary: is("Patient/a") }],
  [
    "somebody else's, though it mentions the patient",
    false,
    { subject: is("Patient/b"), performer: [is("Patient/a")] },
  ],
  ["an id that begins alike", false, { subject: is("Patient/ab") }],
  ["named somewhere, where nobody owns it", true, { participant: [{ actor: is("Patient/a") }] }],
  ["nobody's", false, { status: "final" }],
  ["a group's, about the patient", true, { subject: is("Group/g"), target: [is("Patient/a")] }],
])("%s: %s", (_what, belongs, resource) => {
  expect(belongsTo("a", { resourceType: "X", ...resource })).toBe(belongs);
});

test("a Patient belongs to itself", () => {
  expect(belongsTo("a", { resourceType: "Patient", id: "a" })).toBe(true);
  expect(belongsTo("a", { resourceType: "Patient", id: "b", link: [is("Patient/a")] })).toBe(false);
});
