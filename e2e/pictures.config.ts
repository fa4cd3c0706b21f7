import { defineConfig } from "@playwright/test";
import settings from "./playwright.config";

/** `npm run pictures`: the pictures of the README, from an application that runs (BULKHOUSE_URL). */
export default defineConfig({
  testDir: ".",
  testMatch: /pictures\.ts/,
  workers: 1,
  timeout: 300_000,
  reporter: [["list"]],
  use: {
    baseURL: process.env.BULKHOUSE_URL ?? "http://localhost:3000",
    launchOptions: settings.use?.launchOptions,
    viewport: { width: 1280, height: 800 },
  },
});
