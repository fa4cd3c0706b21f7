import { expect, test } from "vitest";
import { inPeriod, periodOf } from "./period";

test("points are whole months or whole years", () => {
  expect(periodOf("2020-03-01", "2020-05-01", "month")).toEqual({ from: "2020-03", to: "2020-05" });
  expect(periodOf("2019-01-01", "2020-01-01", "year")).toEqual({ from: "2019-01", to: "2020-12" });
});

test("a point is marked where it overlaps the period; without a period none is", () => {
  const period = { from: "2020-03", to: "2020-05" };
  expect(inPeriod("2020-02-01", "month", period)).toBe(false);
  expect(inPeriod("2020-03-01", "month", period)).toBe(true);
  expect(inPeriod("2020-05-01", "month", period)).toBe(true);
  expect(inPeriod("2020-06-01", "month", period)).toBe(false);
  expect(inPeriod("2020-01-01", "year", period)).toBe(true);
  expect(inPeriod("2021-01-01", "year", period)).toBe(false);
  expect(inPeriod("2021-01-01", "year", { from: "2020-03", to: null })).toBe(true);
  expect(inPeriod("2021-01-01", "year", { from: null, to: null })).toBe(false);
});
