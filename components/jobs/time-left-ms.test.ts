import { expect, test } from "vitest";
import { timeLeftMs } from "./time-left-ms";

type Job = Parameters<typeof timeLeftMs>[0];
const start = Date.UTC(2026, 0, 1);

const job = (
  lines: number,
  change: Partial<Omit<Job, "totals">> & { totals?: Partial<Job["totals"]> } = {},
): Job => ({
  status: "downloading",
  prepared_at: new Date(start).toISOString(),
  records_per_second: 50,
  failure: null,
  ...change,
  totals: {
    files: 2,
    files_loaded: 0,
    files_failed: 0,
    expected: 1_000,
    lines,
    accepted: lines,
    duplicates: 0,
    rejected: 0,
    size_bytes: 0,
    server_errors: 0,
    ...change.totals,
  },
});

test("what is left divided by the pace of the last minute", () => {
  expect(timeLeftMs(job(500), start + 60_000)).toBe(10_000);
});

test("too little has happened to tell", () => {
  expect(timeLeftMs(job(500), start + 1_000)).toBeNull();
  expect(timeLeftMs(job(20), start + 60_000)).toBeNull();
});

test("without counts, without movement or after a failure nobody can tell", () => {
  expect(timeLeftMs(job(500, { totals: { expected: null } }), start + 60_000)).toBeNull();
  expect(timeLeftMs(job(500, { records_per_second: 0 }), start + 60_000)).toBeNull();
  expect(timeLeftMs(job(500, { records_per_second: null }), start + 60_000)).toBeNull();
  expect(timeLeftMs(job(500, { totals: { files_failed: 1 } }), start + 60_000)).toBeNull();
  const failure = { code: "timeout", message: "", params: {} };
  expect(timeLeftMs(job(500, { failure }), start + 60_000)).toBeNull();
});

test("only a job that downloads has a time left", () => {
  expect(timeLeftMs(job(500, { status: "completed" }), start + 60_000)).toBeNull();
});
