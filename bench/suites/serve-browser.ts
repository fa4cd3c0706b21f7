import { chromium } from "@playwright/test";
import { comeForward } from "@/bench/come-forward";
import type { Web } from "@/bench/web";
import { findChromium } from "@/start/chromium";

/**
 * How long a person waits for the page Visualize over all jobs: from the navigation until no card
 * waits for its numbers any more. Each time in a new profile, so nothing comes from a cache.
 * @returns ms, a view each
 */
export async function firstView(web: Web, times: number): Promise<number[]> {
  const server = await chromium.launchServer({
    executablePath: await findChromium(),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  comeForward(server.process().pid ?? 0);
  const browser = await chromium.connect(server.wsEndpoint());
  const ms: number[] = [];
  try {
    for (let n = 0; n < times; n += 1) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      await context.addCookies(web.cookies.map((cookie) => ({ ...cookie, url: web.url })));
      const page = await context.newPage();
      const startedAt = performance.now();
      await page.goto(`${web.url}/visualize`, { waitUntil: "commit" });
      await page.waitForFunction(
        () =>
          document.querySelectorAll("main [role='img']").length >= 6 &&
          document.querySelectorAll("main .mantine-Skeleton-root").length === 0,
        undefined,
        { polling: "raf", timeout: 60_000 },
      );
      ms.push(performance.now() - startedAt);
      await context.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return ms;
}
