import { expect, test } from "vitest";
import { AppError, type ErrorCode } from "@/lib/errors";
import { backOffMs, nextTry } from "./next-try";

const now = new Date("2026-11-23T12:00:00Z");
const random = () => 0.5;
const words = { host: "h", status: 500, reason: "r", path: "p" };
const after = (code: ErrorCode, attempts: number, options = {}) =>
  nextTry(new AppError(code, words, options), { attempts, budget: 5, now, random });

test("the wait doubles from one second to five minutes", () => {
  const waits = [1, 2, 3, 4, 9, 10, 60].map((failures) => backOffMs(failures, () => 1));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
});

test("chance spreads the wait over its last half", () => {
  expect(backOffMs(4, () => 0)).toBe(4_000);
  expect(backOffMs(4, () => 1)).toBe(8_000);
});

test("a failure that another try cannot mend is given up at once", () => {
  expect(after("kickoff-refused", 0)).toBeNull();
});

test("a failure that passes is tried again until the budget is spent", () => {
  const waits = [0, 1, 2, 3, 4].map((attempts) => after("host-unreachable", attempts)?.delayMs);
  expect(waits).toEqual([750, 1_500, 3_000, 6_000, undefined]);
});

test("a database that is away and a disk that is full are waited for without end", () => {
  for (const code of ["database-unavailable", "disk-full", "rate-limited"] as const) {
    expect(after(code, 400)).toEqual({ delayMs: 20_000, counted: false });
  }
});

test("the time that the server asks for is kept, within half a second and an hour", () => {
  const at = (ms: number) => ({ retryAt: new Date(now.getTime() + ms) });
  expect(after("rate-limited", 0, at(90_000))?.delayMs).toBe(90_000);
  expect(after("server-error", 0, at(-5_000))?.delayMs).toBe(500);
  expect(after("rate-limited", 0, at(40 * 365 * 86_400_000))?.delayMs).toBe(3_600_000);
});
