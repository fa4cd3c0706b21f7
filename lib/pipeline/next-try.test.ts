import { expect, test } from "vitest";
import { AppError, type ErrorCode } from "@/lib/errors";
import { backOffMs, nextTry } from "./next-try";

const now = new Date("2026-11-23T12:00:00Z");
const random = () => 0.5;
const words = { host: "h", status: 500, reason: "r", path: "p" };
const after = (code: ErrorCode, attempts: number, options = {}) =>
  nextTry(new AppError(code, words, options), { attempts, budget: 5, putOffMs: 0, now, random });
const givenUp = (next: ReturnType<typeof nextTry>) =>
  "givenUp" in next ? next.givenUp.code : undefined;
const delay = (next: ReturnType<typeof nextTry>) => ("delayMs" in next ? next.delayMs : undefined);

test("the wait doubles from one second to five minutes", () => {
  const waits = [1, 2, 3, 4, 9, 10, 60].map((failures) => backOffMs(failures, () => 1));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
});

test("chance spreads the wait over its last half", () => {
  expect(backOffMs(4, () => 0)).toBe(4_000);
  expect(backOffMs(4, () => 1)).toBe(8_000);
});

test("a failure that another try cannot mend is given up at once", () => {
  expect(givenUp(after("kickoff-refused", 0))).toBe("kickoff-refused");
});

test("a failure that passes is tried again until the budget is spent", () => {
  const waits = [0, 1, 2, 3].map((attempts) => delay(after("host-unreachable", attempts)));
  expect(waits).toEqual([750, 1_500, 3_000, 6_000]);
  expect(givenUp(after("host-unreachable", 4))).toBe("host-unreachable");
});

test("a database that is away and a disk that is full are waited for without end", () => {
  for (const code of ["database-unavailable", "disk-full", "rate-limited"] as const) {
    expect(after(code, 400)).toMatchObject({ delayMs: 20_000, counted: false });
  }
});

test("the time that the server asks for is kept, half a second at least, and not held against the step", () => {
  const at = (ms: number) => ({ retryAt: new Date(now.getTime() + ms) });
  expect(after("rate-limited", 0, at(90_000))).toMatchObject({ delayMs: 90_000, counted: false });
  expect(after("server-error", 4, at(3_600_000))).toEqual({
    delayMs: 3_600_000,
    counted: false,
    putOffMs: 3_600_000,
    asked: true,
  });
  expect(delay(after("server-error", 0, at(-5_000)))).toBe(500);
});

/** What a server may ask for, each time anew. @returns the waits, and how it ended */
function putOffBy(code: ErrorCode, seconds: number, { hasLimit = false, most = 1_000 } = {}) {
  const waits: number[] = [];
  let putOffMs = 0;
  while (waits.length < most) {
    const retryAt = new Date(now.getTime() + seconds * 1_000);
    const error = new AppError(code, words, { retryAt });
    const next = nextTry(error, { attempts: 0, budget: 5, putOffMs, hasLimit, now, random });
    if ("givenUp" in next) return { waits, end: next.givenUp };
    waits.push(next.delayMs);
    putOffMs = next.putOffMs;
  }
  return { waits, end: null };
}

test.each(["server-error", "rate-limited"] as const)(
  "%s: a server that puts a step off again and again is believed for a day",
  (code) => {
    const { waits, end } = putOffBy(code, 3_600);
    expect(waits).toHaveLength(24);
    expect(end).toMatchObject({ code: "put-off", retryable: false });
    expect(end?.message).toMatch(/24 hours.*Retry/);
  },
);

test("a server that says “in a second” for a day is asked ever less often", () => {
  const { waits, end } = putOffBy("server-error", 1);
  expect(end?.code).toBe("put-off");
  expect(waits.length).toBeLessThan(400);
  expect(Math.max(...waits)).toBe(300_000);
});

test("429 while the export is awaited lasts until the limit of the job", () => {
  expect(putOffBy("rate-limited", 3_600, { hasLimit: true, most: 200 }).end).toBeNull();
  expect(putOffBy("server-error", 3_600, { hasLimit: true, most: 200 }).end?.code).toBe("put-off");
});

test("a failure of another kind between two waits neither forgets nor adds to them", () => {
  const error = new AppError("connection-cut", { host: "h", reason: "closed" });
  expect(nextTry(error, { attempts: 0, budget: 5, putOffMs: 70_000, now, random })).toMatchObject({
    counted: true,
    putOffMs: 70_000,
    asked: false,
  });
});
