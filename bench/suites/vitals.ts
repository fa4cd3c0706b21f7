import { type Browser, chromium } from "@playwright/test";
import { percentile } from "@/bench/percentile";
import type { Context, Suite } from "@/bench/suite";
import { digits } from "@/bench/table";
import { startWeb, type Web } from "@/bench/web";
import { findChromium } from "@/start/chromium";
import { findServeData, makeServeData, type ServeData } from "./serve-data";

/** What web.dev calls good at the 75th percentile of views (blocking time: Lighthouse's own bound). */
const good = { lcp: 2_500, fcp: 1_800, inp: 200, cls: 0.1, tbt: 200 };
const settledMs = 1_000;

type Seen = { lcp: number; inp: number; cls: number; tbt: number };
type View = Seen & { fcp: number; whole: number; kb: number };

/**
 * Runs in the page, before its own code: keeps what the browser tells of itself. Text, and no function: what
 * tsx makes of a function calls a helper that no page has.
 */
const observe = `
  window.vitals = { lcp: 0, inp: 0, cls: 0, tbt: 0 };
  const each = (type, note, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  each("largest-contentful-paint", ({ startTime }) => { vitals.lcp = startTime; });
  each("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) vitals.cls += value; });
  each("longtask", ({ startTime, duration }) => {
    if (!window.acted) vitals.tbt += Math.max(0, duration - 50);
  });
  each("event", ({ interactionId, duration }) => {
    if (interactionId) vitals.inp = Math.max(vitals.inp, duration);
  }, { durationThreshold: 16 });
`;

/** One view in a new profile, so that nothing comes from a cache. */
async function viewOf(browser: Browser, web: Web, path: string): Promise<View> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    await context.addCookies(web.cookies.map((cookie) => ({ ...cookie, url: web.url })));
    await context.addInitScript({ content: observe });
    const page = await context.newPage();
    await page.goto(`${web.url}${path}`, { waitUntil: "load" });
    const drawn = await page.waitForFunction(
      () =>
        document.querySelector("main h1") !== null &&
        document.querySelectorAll("main .mantine-Skeleton-root").length === 0 &&
        performance.now(),
      undefined,
      { polling: "raf", timeout: 60_000 },
    );
    const whole = Number(await drawn.jsonValue());
    await page.waitForTimeout(settledMs);
    // What a person may do anywhere: the palette is opened, written in and closed, then a menu.
    await page.evaluate(() => Object.assign(window, { acted: true }));
    await page.keyboard.press("Control+k");
    await page.locator("[role=dialog] input").pressSequentially("job", { delay: 60 });
    await page.keyboard.press("Escape");
    await page.locator("header button[aria-haspopup=menu]").first().click();
    await page.waitForTimeout(300);
    return await page.evaluate((whole) => {
      const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      const [document] = performance.getEntriesByType(
        "navigation",
      ) as PerformanceNavigationTiming[];
      // Code that the palette brought is no part of the view.
      const bytes = entries
        .filter(({ startTime }) => startTime < whole)
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      const { vitals } = window as unknown as { vitals: Seen };
      return {
        ...vitals,
        whole,
        fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
        kb: (bytes + (document?.encodedBodySize ?? 0)) / 1000,
      };
    }, whole);
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
    "50 ms tasks block the page, to one second after the last skeleton; “whole”: from the navigation until nothing on " +
    "the page, in sight or not, waits for its numbers; INP: the slowest of opening the command palette, typing three letters, " +
    "closing it and opening a menu. The 75th percentile of the views (--runs), as web.dev counts. KB: what comes over the " +
    "network until then, compressed. Browser, web process and PostgreSQL share the machine.",
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
      const wanted = (context.pages?.toLowerCase() ?? "").split(",");
      const pages = pagesOf(data).filter(([name]) =>
        wanted.some((one) => name.toLowerCase().startsWith(one)),
      );
      if (pages.length === 0) throw new Error("--pages names no page: as in visualize,job,data");
      const measured: { name: string; seen: View[] }[] = [];
      await viewOf(browser, web, "/visualize");
      for (const [name, path] of pages) {
        // What a process that has run for a while has read and compiled.
        for (let n = 0; n < 5; n += 1) await web.get(path, "person");
        const seen: View[] = [];
        for (let n = 0; n < context.runs; n += 1) seen.push(await viewOf(browser, web, path));
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
            columns: [
              "page",
              "FCP ms",
              "LCP ms",
              "INP ms",
              "CLS",
              "blocked ms",
              "whole ms",
              "KB",
              "all good",
            ],
            rows: measured.map(({ name, seen }) => [
              name,
              digits(p75(seen, "fcp"), 0),
              digits(p75(seen, "lcp"), 0),
              digits(p75(seen, "inp"), 0),
              digits(p75(seen, "cls"), 3),
              digits(p75(seen, "tbt"), 0),
              digits(p75(seen, "whole"), 0),
              digits(p75(seen, "kb"), 0),
              isGood(seen) ? "PASS" : "MISS",
            ]),
          },
        ],
        targets: [
          {
            target: `web vitals good (LCP ≤ ${digits(good.lcp, 0)} ms, FCP ≤ ${digits(good.fcp, 0)} ms, INP ≤ ${good.inp} ms, CLS ≤ ${good.cls}, blocked ≤ ${good.tbt} ms)`,
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
