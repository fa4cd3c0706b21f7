import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "@playwright/test";
import { adminEmail, adminPassword, apiKey, sandboxUrl, stateFile, webUrl } from "./stage";

const chromium = process.env.CHROMIUM_PATH;
// A folder of this run's own; the processes that load this file again inherit its name.
process.env.E2E_DATA_DIR ??= mkdtempSync(path.join(tmpdir(), "bulkhouse-e2e-"));
const folder = process.env.E2E_DATA_DIR;
// As root, the embedded PostgreSQL's user must be able to enter it.
chmodSync(folder, 0o711);

/**
 * The journeys run against the real thing: `start` (embedded PostgreSQL, web, worker) and the
 * sandbox FHIR server, started here and stopped afterwards; never against what happens to run.
 */
export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  fullyParallel: false,
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: process.env.E2E_REPORT
    ? [["list"], ["./remove-data.ts"], ["json", { outputFile: process.env.E2E_REPORT }]]
    : [["list"], ["./remove-data.ts"]],
  use: {
    baseURL: webUrl,
    // A trace of every journey (--trace retain-on-failure) costs a fifth of the time.
    screenshot: "only-on-failure",
    locale: "en-US",
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "sign-in", testMatch: /sign-in\.setup\.ts/ },
    {
      name: "journeys",
      testMatch: /\.spec\.ts/,
      dependencies: ["sign-in"],
      use: { storageState: stateFile },
    },
  ],
  webServer: [
    {
      command: "node start/run.mjs sandbox",
      cwd: "..",
      url: `${sandboxUrl}/`,
      reuseExistingServer: false,
      timeout: 60_000,
      gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
      env: {
        SANDBOX_PORT: new URL(sandboxUrl).port,
        SANDBOX_STATE_DIR: `${folder}/sandbox`,
        SANDBOX_SCALE: "0.1",
      },
    },
    {
      command: "node start/run.mjs start",
      cwd: "..",
      url: `${webUrl}/api/health`,
      reuseExistingServer: false,
      timeout: 240_000,
      gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
      env: {
        PORT: new URL(webUrl).port,
        DATA_DIR: folder,
        DATABASE_URL: "",
        ADMIN_EMAIL: adminEmail,
        ADMIN_PASSWORD: adminPassword,
        ETL_API_KEY: apiKey,
        HTTP_TIMEOUT_READ: "10",
        WORKER_LEASE_SECONDS: "5",
      },
    },
  ],
});
