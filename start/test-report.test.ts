import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { countOf } from "./test-report";

const folder = mkdtempSync(path.join(tmpdir(), "test-report-"));
afterAll(() => rmSync(folder, { recursive: true }));
const report = (content: unknown) => {
  const file = path.join(folder, "report.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
};

test("the numbers are the reporters' own", () => {
  const vitest = { numPassedTests: 12, numFailedTests: 2, numFailedTestSuites: 1 };
  expect(countOf(report(vitest), 1)).toEqual({ passed: 12, failed: 2 });
  const playwright = { stats: { expected: 7, flaky: 1, unexpected: 0 } };
  expect(countOf(report(playwright), 0)).toEqual({ passed: 8, failed: 0 });
});

test("a run that broke down is a failure, whatever it reported", () => {
  expect(countOf(path.join(folder, "none.json"), 0)).toEqual({ passed: 0, failed: 1 });
  const passed = { numPassedTests: 3, numFailedTests: 0, numFailedTestSuites: 0 };
  expect(countOf(report(passed), 1)).toEqual({ passed: 3, failed: 1 });
  const nothing = { stats: { expected: 0, flaky: 0, unexpected: 0 } };
  expect(countOf(report(nothing), 0)).toEqual({ passed: 0, failed: 1 });
});
