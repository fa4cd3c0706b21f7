import { type Browser, chromium } from "@playwright/test";
import { percentile } from "@/bench/percentile";
import type { Context, Suite } from "@/bench/suite";
import { digits } from "@/bench/table";
import { startWeb, type Web } from "@/bench/web";
import { findChromium } from "@/start/chromium";
import { findServeData, makeServeData, type ServeData } from "./serve-data";

/** What web.dev calls good at the 75th percentile of views (blocking time: Lighthouse's own bound). */
const good = { lcp: 2_500, fcp: 1_800, cls: 0.1, tbt: 200 };
const views = 5;
const settledMs = 1_000;

type View = { fcp: number; lcp: number; cls: number; tbt: number; kb: number };

/** Runs in the page, before its own code: keeps what the browser tells of itself. */
function observe() {
  const seen = { lcp: 0, cls: 0, tbt: 0 };
  const each = (type: string, note: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({
      type,
      buffered: true,
    });
  each("largest-contentful-paint", ({ startTime }) => {
    seen.lcp = startTime;
  });
  each("layout-shift", (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    };
    if (!hadRecentInput) seen.cls += value;
  });
  each("longtask", ({ duration }) => {
    seen.tbt += Math.max(0, duration - 50);
  });
  Object.assign(window, { vitals: seen });
}

/** One view in a new profile, so that nothing comes from a cache. */
async function viewOf(browser: Browser, web: Web, path: string): Promise<View> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    await context.addCookies(web.cookies.map((cookie) => ({ ...cookie, url: web.url })));
    await context.addInitScript(observe);
    const page = await context.newPage();
    await page.goto(`${web.url}${path}`, { waitUntil: "load" });
    await page.waitForFunction(
      () => document.querySelectorAll("main .mantine-Skeleton-root").length === 0,
      undefined,
      { timeout: 60_000 },
    );
    await page.waitForTimeout(settledMs);
    return await page.evaluate(() => {
      const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      const [document] = performance.getEntriesByType(
        "navigation",
      ) as PerformanceNavigationTiming[];
      const bytes = entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      const { vitals } = window as unknown as {
        vitals: { lcp: number; cls: number; tbt: number };
      };
      return {
        ...vitals,
        fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
        kb: (bytes + (document?.encodedBodySize ?? 0)) / 1000,
      };
    });
  } finally {
    await context.close();
  }
}

const pagesOf = ({ jobIds, rejectedJobId }: ServeData): [string, string][] => [
  ["Overview", "/"],
  ["Connections", "/connections"],
  ["Jobs", "/jobs"],
  ["Job", `/jobs/${rejectedJobId}`],
  ["Visualize, all jobs", "/visualize"],
  ["Visualize, one job", `/visualize?job=${jobIds[0]}`],
  ["Data, Observations", "/data?type=Observation"],
  ["Settings", "/settings"],
];

/** The main pages in a real browser, as web-vitals tell how they feel. */
export const vitals: Suite = {
  title: "Web vitals",
  about:
    "The main pages of a production build in Chromium, cold (a new profile each time), a million Observations over 20 " +
    "jobs in the database (--observations). First and largest contentful paint, layout shifts, and how much longer than " +
    `50 ms tasks block the page, to one second after the last skeleton; the 75th percentile of ${views} views, as ` +
    "web.dev counts. KB: what comes over the network, compressed.",
  async run(context: Context) {
    const data =
      (await findServeData()) ??
      (await makeServeData(context.folder, Math.min(context.observations, 1_000_000), context.say));
    const web = await startWeb(context);
    const browser = await chromium.launch({
      executablePath: await findChromium(),
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const pages = pagesOf(data);
      const measured: { name: string; seen: View[] }[] = [];
      for (const [name, path] of pages) {
        await viewOf(browser, web, path);
        const seen: View[] = [];
        for (let n = 0; n < views; n += 1) seen.push(await viewOf(browser, web, path));
        measured.push({ name, seen });
      }
      const p75 = (seen: View[], key: keyof View) =>
        percentile(
          seen.map((view) => view[key]),
          75,
        );
      const isGood = (seen: View[]) =>
        Object.entries(good).every(([key, most]) => p75(seen, key as keyof View) <= most);
      const missed = measured.filter(({ seen }) => !isGood(seen));
      return {
        tables: [
          {
            title: `${digits(data.observations, 0)} Observations`,
            columns: ["page", "FCP ms", "LCP ms", "CLS", "blocked ms", "KB", "all good"],
            rows: measured.map(({ name, seen }) => [
              name,
              digits(p75(seen, "fcp"), 0),
              digits(p75(seen, "lcp"), 0),
              digits(p75(seen, "cls"), 3),
              digits(p75(seen, "tbt"), 0),
              digits(p75(seen, "kb"), 0),
              isGood(seen) ? "PASS" : "MISS",
            ]),
          },
        ],
        targets: [
          {
            target: `web vitals good (LCP ≤ ${digits(good.lcp, 0)} ms, FCP ≤ ${digits(good.fcp, 0)} ms, CLS ≤ ${good.cls}, blocked ≤ ${good.tbt} ms)`,
            reached: `${measured.length - missed.length} of ${measured.length} pages${
              missed.length ? `; missed: ${missed.map(({ name }) => name).join(", ")}` : ""
            }`,
          },
        ],
        measured,
      };
    } finally {
      await browser.close();
      await web.stop();
    }
  },
};
