import { expect, test } from "vitest";
import { timesTheFirst } from "./compare";
import { dataSet } from "./data-sets";

const data = dataSet("d", [{ type: "Patient", path: "p", lines: 100, bytes: 1_000 }]);

test("who takes half the time of the first is twice as fast", () => {
  const first = { seconds: 4 };
  const own = { seconds: 2 };
  expect(timesTheFirst(own, [first, own], data)).toBe(2);
  expect(timesTheFirst(first, [first, own], data)).toBeNull();
});

test("who takes only part of the data is compared by the rate", () => {
  const first = { seconds: 4 };
  const own = { seconds: 4, resources: 25 };
  expect(timesTheFirst(own, [first, own], data)).toBe(0.25);
});
