import { readFileSync } from "node:fs";

export type Count = { passed: number; failed: number };

type VitestReport = { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number };
type PlaywrightReport = { stats: { expected: number; flaky: number; unexpected: number } };

/**
 * How many tests passed and failed, from the JSON report of vitest or Playwright. A run that ended
 * badly counts at least one failure, whatever its report says (or does not say).
 */
export function countOf(file: string, exitCode: number): Count {
  let count: Count = { passed: 0, failed: 0 };
  try {
    const report: VitestReport | PlaywrightReport = JSON.parse(readFileSync(file, "utf8"));
    count =
      "stats" in report
        ? {
            passed: report.stats.expected + report.stats.flaky,
            failed: report.stats.unexpected,
          }
        : { passed: report.numPassedTests, failed: report.numFailedTests };
  } catch {
    // No report: the run broke down before its end.
    return { passed: 0, failed: 1 };
  }
  if (exitCode !== 0 && count.failed === 0) count.failed = 1;
  if (count.passed + count.failed === 0) count.failed = 1;
  return count;
}
