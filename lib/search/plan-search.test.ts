import { expect, test } from "vitest";
import { planSearch } from "./plan-search";

const plan = (patients: number, types: string[], filters: string[] = []) =>
  planSearch({
    types,
    patients: Array.from({ length: patients }, (_, n) => `p${n}`),
    since: null,
    until: null,
    filters,
  });

test("every patient is in one unit of every type", () => {
  for (const patients of [0, 1, 10, 11, 2_345]) {
    const units = plan(patients, ["Patient", "Observation"]);
    for (const type of ["Patient", "Observation"]) {
      const ids = units.filter((one) => one.type === type).flatMap((one) => one.ids);
      expect(new Set(ids).size).toBe(patients);
      expect(ids).toHaveLength(patients);
    }
  }
});

test("a hundred thousand patients of ten types do not become a million files", () => {
  const types = Array.from({ length: 10 }, (_, n) => `Type${n}`);
  expect(plan(100_000, types).length).toBeLessThanOrEqual(2_000);
});

test("a filter goes to the units of its type alone", () => {
  const units = plan(1, ["Condition", "Observation"], ["Observation?category=laboratory"]);
  expect(units.map((one) => one.filters)).toEqual([[], ["category=laboratory"]]);
});
