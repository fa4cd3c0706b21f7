import { expect, type Page, test } from "@playwright/test";
import { type ConsolePage, consolePages, headers } from "./pages";
import { doesNotScrollSideways, violations } from "./passes";
import { setFaults } from "./sandbox";
import { kickOff, untilEnded } from "./script";
import { webUrl } from "./stage";

// Named so that it runs after the journeys (files run in the order of their names), with their data.

const widths = [360, 1280, 2560];
/** Pictures of every page in every form, for eyes and for comparing two versions. */
const snapshots = "test-results/snapshots";

/** A page as it is now: nothing that axe objects to, nothing to scroll sideways, and a picture of it. */
async function look(page: Page, name: string) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    const what = `${name}-${width}`;
    await page.screenshot({ path: `${snapshots}/${what}.png`, animations: "disabled" });
    await doesNotScrollSideways(page, what);
    // What is very wide has nothing that the other two have not, and axe takes a second each time.
    if (width < 2000) expect(await violations(page), what).toEqual([]);
  }
}

// Run alone, it finds nothing there.
test.beforeAll(async ({ request }) => {
  const { jobs } = await (
    await request.get("/api/bulk-data/jobs?status=completed", { headers })
  ).json();
  if (jobs.length > 0) return;
  await setFaults({ preparationMs: 100 });
  const { job_id } = await (await kickOff(request, "FallonHealth")).json();
  await untilEnded(request, job_id);
});

async function lookAtAll(page: Page, pages: readonly ConsolePage[]) {
  for (const [locale, scheme] of [
    ["en", "light"],
    ["zh-CN", "dark"],
  ] as const) {
    await page.context().addCookies([{ name: "locale", value: locale, url: webUrl }]);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const { name, path } of pages) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await page.waitForLoadState("networkidle");
      await look(page, `${name}-${locale}-${scheme}`);
    }
  }
}

test("Every page, in light and dark, English and Chinese, narrow and very wide, passes the accessibility check and does not scroll sideways", async ({
  page,
  request,
}) => {
  test.setTimeout(600_000);
  await lookAtAll(page, await consolePages(request));
});

test("So does every page while it waits, where there is nothing, and where something went wrong", async ({
  page,
  request,
}) => {
  test.setTimeout(600_000);
  await setFaults({ exportError: "The export ran out of memory", preparationMs: 100 });
  const failed = await (await kickOff(request, "FallonHealth")).json();
  await untilEnded(request, failed.job_id);
  await setFaults({ preparationMs: 600_000, retryAfterSeconds: 1 });
  const running = await (await kickOff(request, "HealthNewEngland")).json();
  const nobody = "00000000-0000-4000-8000-000000000000";
  await lookAtAll(page, [
    { name: "overview-busy", path: "/" },
    { name: "job-failed", path: `/jobs/${failed.job_id}` },
    { name: "job-running", path: `/jobs/${running.job_id}` },
    { name: "job-unknown", path: `/jobs/${nobody}` },
    { name: "connection-unknown", path: `/connections/${nobody}` },
    { name: "jobs-none-found", path: "/jobs?q=nothing-has-this-name" },
    { name: "visualize-nothing", path: `/visualize?job=${failed.job_id}` },
    { name: "data-none-found", path: "/data?type=Observation&q=nothing-has-this-name" },
    { name: "page-unknown", path: "/no-such-page" },
  ]);
  await request.delete(`/api/bulk-data/jobs/${running.job_id}`, { headers });
  await setFaults({});
});

test.describe(() => {
  test.use({ storageState: { cookies: [], origins: [] } });
  test("And so does the way in", async ({ page }) => {
    test.setTimeout(300_000);
    await lookAtAll(page, [
      { name: "sign-in", path: "/sign-in" },
      { name: "welcome-invalid", path: "/welcome?token=not-a-token" },
    ]);
  });
});

test("A failed job says why, what to do, and offers to try again; with the server well again it completes", async ({
  page,
  request,
}) => {
  await setFaults({ exportError: "The export ran out of memory", preparationMs: 100 });
  const { job_id } = await (await kickOff(request, "FallonHealth")).json();
  expect((await untilEnded(request, job_id)).status).toBe("failed");
  await page.goto(`/jobs/${job_id}`);
  await expect(page.getByRole("main").getByRole("alert").first()).toContainText(
    "The export ran out of memory",
  );
  await setFaults({ preparationMs: 100 });
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(
    page.getByText("Every line that the server announced is accounted for."),
  ).toBeVisible({ timeout: 60_000 });
});

test("A running job can be cancelled, and deleted with its data afterwards", async ({
  page,
  request,
}) => {
  await setFaults({ preparationMs: 60_000, retryAfterSeconds: 1 });
  const { job_id } = await (await kickOff(request, "FallonHealth")).json();
  await page.goto(`/jobs/${job_id}`);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the job" }).click();
  await expect(page.getByText("Cancelled", { exact: true }).first()).toBeVisible();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: /^Delete/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete job and data" }).click();
  await expect(page).toHaveURL(/\/jobs$/);
  await setFaults({});
});

test("An administrator makes an API key, sees it once, and a script can use it until it is revoked", async ({
  page,
  request,
}) => {
  await page.goto("/settings?tab=api-keys");
  await page.getByRole("button", { name: /key/i }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").first().fill("nightly export");
  await dialog.getByRole("button", { name: /make|create/i }).click();
  const shown = () =>
    dialog.locator("input, code, pre").evaluateAll(
      (nodes) =>
        nodes
          .map((node) => (node as HTMLInputElement).value || node.textContent || "")
          .map((text) => /bh_[\w-]{20,}/.exec(text)?.[0])
          .find(Boolean) ?? "",
    );
  await expect.poll(shown).not.toBe("");
  const key = await shown();
  const ask = () =>
    request.get("/api/bulk-data/jobs", { headers: { Authorization: `Bearer ${key}` } });
  expect((await ask()).status()).toBe(200);
  await page.reload();
  await expect(page.locator("body")).not.toContainText(key);
  const { api_keys } = await (await page.request.get("/api/api-keys")).json();
  const made = api_keys.find(({ name }: { name: string }) => name === "nightly export");
  await page.request.delete(`/api/api-keys/${made.api_key_id}`);
  expect((await ask()).status()).toBe(401);
});
