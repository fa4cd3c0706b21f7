import { expect, test } from "vitest";
import { timeLeftMs } from "./time-left-ms";

const start = Date.UTC(2026, 0, 1);
const job = (progress_ratio: number | null) => ({
  status: "downloading" as const,
  prepared_at: new Date(start).toISOString(),
  progress_ratio,
});

test("a quarter done in ten seconds leaves thirty", () => {
  expect(timeLeftMs(job(0.25), start + 10_000)).toBe(30_000);
});

test("too little has happened to tell", () => {
  expect(timeLeftMs(job(0.25), start + 1_000)).toBeNull();
  expect(timeLeftMs(job(0.01), start + 60_000)).toBeNull();
  expect(timeLeftMs(job(null), start + 60_000)).toBeNull();
});

test("only a job that downloads has a time left", () => {
  expect(timeLeftMs({ ...job(0.5), status: "completed" }, start + 10_000)).toBeNull();
});
