import { expect, test } from "vitest";
import { clockDifference } from "./clock-difference";

const noon = Date.parse("2026-11-23T12:00:00Z");
const date = (ms: number) => new Date(ms).toUTCString();

test("a clock that agrees to the second, or within the time of the answer, does not differ", () => {
  expect(clockDifference(date(noon), { from: noon + 400, to: noon + 500 })).toBe(0);
  expect(clockDifference(date(noon + 4_000), { from: noon, to: noon + 9_000 })).toBe(0);
});

test("seconds ahead are told as positive, seconds behind as negative", () => {
  expect(clockDifference(date(noon), { from: noon + 301_000, to: noon + 301_200 })).toBe(300);
  expect(clockDifference(date(noon + 120_000), { from: noon, to: noon + 100 })).toBe(-120);
});

test("a server that tells no time, or nonsense, is not judged", () => {
  expect(clockDifference(null, { from: noon, to: noon })).toBe(0);
  expect(clockDifference("yesterday", { from: noon, to: noon })).toBe(0);
});
