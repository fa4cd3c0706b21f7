import { expect, test } from "vitest";
import { median } from "./median";

test("the median of an odd number is the one in the middle, whatever the order", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([100, 9])).toBe(54.5);
});

test("what was not measured does not count, and nothing at all is NaN", () => {
  expect(median([null, 3, undefined, 1, 2])).toBe(2);
  expect(median([null])).toBeNaN();
});
