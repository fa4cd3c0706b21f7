import { expect, test } from "vitest";
import { checkTypeFilter } from "./check-type-filter";

test.each([
  ["Observation?_include=Observation:patient", "_include"],
  ["Observation?category=vital-signs&_sort=-date", "_sort"],
  ["Condition?_elements=code", "_elements"],
  ["Encounter?_revinclude:iterate=Observation:encounter", "_revinclude"],
  ["Patient?%5Fcount=5", "_count"],
])("the filter %s is refused before anything is sent", (filter, parameter) => {
  expect(() => checkTypeFilter(["Patient?active=true", filter])).toThrow(
    expect.objectContaining({ code: "filter-parameter", params: { parameter } }),
  );
});

test("a filter that says what is meant is none of ours to judge", () => {
  const filters = [
    "Observation?category=laboratory&date=ge2020-01-01",
    "Patient?_id=1,2&_lastUpdated=gt2020-01-01T00:00:00Z",
    "Condition?code:text=_sort",
  ];
  expect(() => checkTypeFilter(filters)).not.toThrow();
  expect(() => checkTypeFilter(undefined)).not.toThrow();
});
