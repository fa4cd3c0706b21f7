import { expect, test } from "vitest";
import { retryAfter } from "./retry-after";

const now = new Date("2026-11-23T12:00:00Z");

test.each([
  ["120", "2026-11-23T12:02:00.000Z"],
  ["0", "2026-11-23T12:00:01.000Z"],
  ["-7", "2026-11-23T12:00:01.000Z"],
  ["1.5", "2026-11-23T12:00:01.500Z"],
  ["3600", "2026-11-23T13:00:00.000Z"],
  ["18000", "2026-11-23T13:00:00.000Z"],
  ["Mon, 23 Nov 2026 12:01:30 GMT", "2026-11-23T12:01:30.000Z"],
  ["Mon, 23 Nov 2026 11:00:00 GMT", "2026-11-23T12:00:01.000Z"],
  ["Tue, 24 Nov 2026 11:00:00 GMT", "2026-11-23T13:00:00.000Z"],
  [String(now.getTime() / 1000 + 90), "2026-11-23T12:01:30.000Z"],
  [String(now.getTime() + 90_000), "2026-11-23T12:01:30.000Z"],
  [String(now.getTime() / 1000 + 7200), "2026-11-23T13:00:00.000Z"],
  ["4102444800", "2026-11-23T13:00:00.000Z"],
])("Retry-After: %s is understood", (header, expected) => {
  expect(retryAfter(header, now)?.toISOString()).toBe(expected);
});

test.each([null, undefined, "", "soon", "12 parsecs!", "NaN"])(
  "Retry-After: %s says nothing",
  (header) => {
    expect(retryAfter(header, now)).toBeNull();
  },
);
