import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { consolePages } from "./pages";
import { setFaults } from "./sandbox";
import { kickOff, untilEnded } from "./script";
import { webUrl } from "./stage";

// Named so that it runs after the journeys (files run in the order of their names), with their data.

test("Every page, in light and dark, English and Chinese, wide and narrow, passes the accessibility check and does not scroll sideways", async ({
  page,
  request,
}) => {
  test.setTimeout(300_000);
  for (const { name, path } of await consolePages(request)) {
    for (const [locale, scheme, width] of [
      ["en", "light", 1280],
      ["zh-CN", "dark", 360],
    ] as const) {
      await page.context().addCookies([{ name: "locale", value: locale, url: webUrl }]);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await page.waitForLoadState("networkidle");
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${name} ${locale} ${id}: ${nodes[0]?.html}`),
      ).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([name, width, overflow > 0]).toEqual([name, width, false]);
    }
  }
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
  await page.getByRole("button", { name: "Delete" }).click();
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
