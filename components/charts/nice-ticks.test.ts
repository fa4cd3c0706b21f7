import { expect, test } from "vitest";
import { niceTicks } from "./nice-ticks";

test("ticks are round and reach over both ends", () => {
  expect(niceTicks(0, 37, 4)).toEqual([0, 10, 20, 30, 40]);
  expect(niceTicks(0, 1_234, 4)).toEqual([0, 500, 1000, 1500]);
  expect(niceTicks(0.12, 0.41, 3)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(niceTicks(-7, 12, 4)).toEqual([-10, -5, 0, 5, 10, 15]);
});

test("one value alone is one tick", () => {
  expect(niceTicks(5, 5, 4)).toEqual([5]);
});
