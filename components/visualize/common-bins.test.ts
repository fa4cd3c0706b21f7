import { expect, test } from "vitest";
import { commonBins } from "./common-bins";

const bins = (from: number, width: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    from: from + at * width,
    to: from + (at + 1) * width,
  }));

test("two distributions share the wider bins and the range of both", () => {
  expect(commonBins([bins(62, 2, 10), bins(55, 5, 12)])).toEqual({ width: 5, from: 55, to: 115 });
  expect(commonBins([bins(0.3, 0.1, 3), bins(0.1, 0.1, 4)])).toEqual({
    width: 0.1,
    from: 0.1,
    to: 0.6,
  });
});

test("distributions far from each other do not make a thousand bins", () => {
  const found = commonBins([bins(0, 1, 20), bins(5_000, 1, 20)]);
  expect(found).toEqual({ width: 200, from: 0, to: 5_200 });
});

test("single values get bins that part them, one and the same value a single one, none nothing", () => {
  const single = (value: number) => [{ from: value, to: value }];
  expect(commonBins([single(3), single(7)])).toEqual({ width: 0.2, from: 3, to: 7 });
  expect(commonBins([single(5), bins(0, 1, 4)])).toEqual({ width: 1, from: 0, to: 5 });
  expect(commonBins([single(5.5), single(5.5)])).toEqual({ width: 1, from: 5, to: 6 });
  expect(commonBins([[], []])).toBeNull();
});
