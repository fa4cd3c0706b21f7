import { expect, test } from "vitest";
import { percentile } from "./percentile";

test("a percentile is a value that was measured, by nearest rank", () => {
  const values = Array.from({ length: 40 }, (_, index) => 40 - index);
  expect(percentile(values, 50)).toBe(20);
  expect(percentile(values, 95)).toBe(38);
  expect(percentile(values, 99)).toBe(40);
  expect(percentile([7], 50)).toBe(7);
  expect(percentile([], 95)).toBeNaN();
});
