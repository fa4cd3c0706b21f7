import { expect, test } from "vitest";
import { ageOf } from "./age-of";

test.each([
  ["1950-02-03", "2026-02-02T23:59:59Z", 75],
  ["1950-02-03", "2026-02-03T00:00:00Z", 76],
  ["2000-02-29", "2026-02-28T12:00:00Z", 25],
  ["2000-02-29", "2026-03-01T00:00:00Z", 26],
  ["2026-01-01", "2026-06-30T00:00:00Z", 0],
])("who was born on %s is at %s of age %i", (born, at, years) => {
  expect(ageOf(born, new Date(at))?.years).toBe(years);
});

test("a baby's age is in months, and nobody has an age before the birth", () => {
  expect(ageOf("2025-12-15", new Date("2026-03-14T00:00:00Z"))?.months).toBe(2);
  expect(ageOf("2026-03-15", new Date("2026-03-14T00:00:00Z"))).toBeNull();
});
