import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureBuilt } from "./build";
import { findChromium } from "./chromium";
import { freePort } from "./free-port";
import { say } from "./say";
import { type Count, countOf } from "./test-report";

const modules = (file: string) => path.resolve("node_modules", file);

/** Runs Node with the output shown as it comes; resolves with the exit code. */
function node(args: string[], env: Record<string, string> = {}): Promise<number> {
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1", FORCE_COLOR: undefined };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...plain, NEXT_TELEMETRY_DISABLED: "1", ...env },
    });
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    process.on("SIGTERM", pass);
    // Ctrl-C reaches the child by itself; here it only must not end us before it.
    process.on("SIGINT", ignore);
    child.on("close", (code, signal) => {
      process.off("SIGTERM", pass);
      process.off("SIGINT", ignore);
      if (signal === "SIGINT" || signal === "SIGTERM" || code === 130) process.exit(130);
      resolve(code ?? 1);
    });
  });
}

function ignore(): void {}

const step = (exitCode: number): Count =>
  exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };

/**
 * `npm test`: lint, types, build, unit tests, tests against a real PostgreSQL, journeys in a real
 * Chromium. Goes on after a failure; the last line is `N passed, N failed` (lint, types and build
 * count as one each). Exit code 1 where anything failed.
 */
export default async function test(): Promise<void> {
  const reports = mkdtempSync(path.join(tmpdir(), "bulkhouse-reports-"));
  const vitest = async (project: string): Promise<Count> => {
    const report = path.join(reports, `${project}.json`);
    const code = await node([
      modules("vitest/vitest.mjs"),
      ...["run", "--project", project, "--reporter=default"],
      ...["--reporter=json", `--outputFile.json=${report}`],
    ]);
    return countOf(report, code);
  };
  const steps: [string, () => Promise<Count>][] = [
    ["lint", async () => step(await node([modules("@biomejs/biome/bin/biome"), "check", "."]))],
    [
      "types",
      async () => {
        const generated = await node([modules("next/dist/bin/next"), "typegen"]);
        return step(generated || (await node([modules("typescript/bin/tsc"), "--noEmit"])));
      },
    ],
    [
      "build",
      async () => {
        await ensureBuilt({ force: true });
        return step(0);
      },
    ],
    ["unit tests", () => vitest("unit")],
    ["database tests", () => vitest("db")],
    [
      "journeys",
      async () => {
        const report = path.join(reports, "e2e.json");
        const chromium = await findChromium();
        // Ports of this run's own: what else runs on the machine must not matter.
        const code = await node(
          [modules("@playwright/test/cli.js"), "test", "-c", "e2e/playwright.config.ts"],
          {
            E2E_URL: process.env.E2E_URL ?? `http://localhost:${await freePort(0)}`,
            E2E_SANDBOX_URL: process.env.E2E_SANDBOX_URL ?? `http://localhost:${await freePort(0)}`,
            E2E_REPORT: report,
            ...(chromium && { CHROMIUM_PATH: chromium }),
          },
        );
        return countOf(report, code);
      },
    ],
  ];
  const total: Count = { passed: 0, failed: 0 };
  const summary: string[] = [];
  for (const [name, run] of steps) {
    say.line(`\n── ${name} ${"─".repeat(Math.max(3, 60 - name.length))}`);
    const startedAt = Date.now();
    const count = await run().catch((error: Error): Count => {
      say.failed(error.message);
      return { passed: 0, failed: 1 };
    });
    total.passed += count.passed;
    total.failed += count.failed;
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    summary.push(
      `${count.failed ? "✗" : "✓"} ${name.padEnd(16)} ${`${count.passed} passed`.padStart(12)}` +
        ` ${`${count.failed} failed`.padStart(10)} ${`${seconds} s`.padStart(9)}`,
    );
  }
  rmSync(reports, { recursive: true, force: true });
  say.line(`\n${summary.join("\n")}\n`);
  say.line(`${total.passed} passed, ${total.failed} failed`);
  process.exit(total.failed === 0 ? 0 : 1);
}
