import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { runQuietly } from "./install.mjs";

const systemBrowsers = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** Only a browser that really starts counts: libraries may be missing. */
async function starts(executablePath?: string): Promise<boolean> {
  try {
    const args = ["--no-sandbox", "--disable-gpu"];
    const browser = await chromium.launch({ executablePath, args, timeout: 30_000 });
    await browser.close();
    return true;
  } catch {
    return false;
  }
}

async function firstSystemBrowser(): Promise<string | undefined> {
  for (const candidate of systemBrowsers) {
    if (existsSync(candidate) && (await starts(candidate))) return candidate;
  }
  return undefined;
}

/** How this user runs apt-get; undefined where it cannot. */
function aptGet(): string[] | undefined {
  if (!existsSync("/usr/bin/apt-get")) return undefined;
  if (process.getuid?.() === 0) return ["apt-get"];
  return spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n", "apt-get"] : undefined;
}

/**
 * A Chromium for the end-to-end journeys: Playwright's own, one of the system, or one that is
 * installed now (by Playwright, else by apt-get).
 * @returns the path to give to Playwright; undefined for its own
 * @throws Error that tells what was tried
 */
export async function findChromium(): Promise<string | undefined> {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (await starts(given)) return given;
    throw new Error(`CHROMIUM_PATH is ${given}, which does not start.`);
  }
  if (await starts()) return undefined;
  const there = await firstSystemBrowser();
  if (there) return there;
  const tried: string[] = [];
  try {
    const args = ["node_modules/@playwright/test/cli.js", "install", "chromium"];
    const title = "Installing Chromium (by Playwright) …";
    await runQuietly(title, process.execPath, args, { timeout: 180_000 });
    if (await starts()) return undefined;
    tried.push("Playwright's Chromium was installed but does not start (libraries missing?)");
  } catch (error) {
    tried.push(`playwright install chromium: ${(error as Error).message.split("\n")[0]}`);
  }
  const apt = aptGet();
  if (apt) {
    const [command = "apt-get", ...before] = apt;
    try {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      await runQuietly("Updating the package lists …", command, [...before, "update"], { env });
      const args = [...before, "install", "-y", "--no-install-recommends", "chromium"];
      await runQuietly("Installing Chromium (apt-get) …", command, args, { env });
      const installed = await firstSystemBrowser();
      if (installed) return installed;
      tried.push("apt-get installed chromium, but it does not start");
    } catch (error) {
      tried.push(`apt-get install chromium: ${(error as Error).message.split("\n").at(-1)}`);
    }
  } else {
    tried.push("apt-get: not on this system, or not allowed for this user");
  }
  throw new Error(
    "There is no Chromium for the end-to-end journeys. Install one and set CHROMIUM_PATH to it.\n" +
      tried.map((line) => `  ${line}`).join("\n"),
  );
}
