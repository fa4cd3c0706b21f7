import { expect, type Page, test } from "@playwright/test";
import { passes } from "./passes";
import { downloadedConfig, setFaults } from "./sandbox";
import { webUrl } from "./stage";

// From the first sign-in to a chart without reading a manual. Named so that it runs before the other
// journeys make jobs (files run in the order of their names), and whatever it makes is theirs to find.

test.describe.configure({ mode: "serial" });
test.beforeAll(() => setFaults({ preparationMs: 4_000, retryAfterSeconds: 1 }));
test.afterAll(() => setFaults({}));

const speak = (page: Page, locale: "en" | "zh-CN") =>
  page.context().addCookies([{ name: "locale", value: locale, url: webUrl }]);

/** Drags a file into the window, as from the desktop. */
async function dropOnWindow(page: Page, name: string, text: string) {
  const data = await page.evaluateHandle(
    ({ name, text }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: "application/json" }));
      return transfer;
    },
    { name, text },
  );
  const zone = page.getByText("Drop the file anywhere").or(page.getByText("可拖放到页面任意位置"));
  // A page takes files a moment after it is there.
  await expect(async () => {
    await page.dispatchEvent("body", "dragenter", { dataTransfer: data });
    await expect(zone.first()).toBeVisible({ timeout: 500 });
  }).toPass();
  await zone.first().evaluate((node, transfer) => {
    const event = new DragEvent("drop", {
      bubbles: true,
      cancelable: true,
      dataTransfer: transfer,
    });
    (node.closest("[data-activate-on-click], .mantine-Dropzone-root") ?? node).dispatchEvent(event);
  }, data);
}

const begun = async (page: Page): Promise<boolean> => {
  const { totals } = await (await page.request.get("/api/overview")).json();
  return totals.jobs > 0;
};

test("Someone new is led from the config file, dropped on any page, through the test and the export to the charts; then the guide steps aside", async ({
  page,
}) => {
  test.skip(await begun(page), "jobs of journeys before this one: no first minutes any more");
  await page.goto("/");
  await expect(page.getByText("0 of 5 steps done")).toBeVisible();
  await passes(page, "guide, nothing yet");

  await page.goto("/jobs");
  await dropOnWindow(page, "sandbox.json", JSON.stringify(await downloadedConfig()));
  await expect(page).toHaveURL(/\/connections\/new/);
  const config = await downloadedConfig();
  await expect(page.getByLabel("FHIR base URL")).toHaveValue(config.fhir_url);
  await page.getByRole("button", { name: "Save and test" }).click();
  await expect(page.getByText("All steps passed")).toBeVisible({ timeout: 30_000 });

  await page.goto("/");
  await expect(page.getByText("2 of 5 steps done")).toBeVisible();
  await speak(page, "zh-CN");
  await page.setViewportSize({ width: 360, height: 800 });
  await page.reload();
  await expect(page.getByText("5 步中已完成 2 步")).toBeVisible();
  await passes(page, "guide, in Chinese on a phone");
  await speak(page, "en");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.reload();

  await page.getByRole("link", { name: "Choose groups" }).click();
  await page.getByRole("checkbox", { name: "Tick Fallon Health" }).check();
  await page.getByRole("button", { name: /^Start export/ }).click();
  await expect(page).toHaveURL(/\/jobs\?batch=/);
  await page.goto("/");
  await expect(page.getByText("3 of 5 steps done")).toBeVisible();
  await expect(page.getByRole("link", { name: "Fallon Health" })).toBeVisible();
  await expect(page.getByText("4 of 5 steps done")).toBeVisible({ timeout: 60_000 });
  await passes(page, "guide, its last step");
  await page.getByRole("link", { name: "Look at the charts" }).click();
  await expect(page).toHaveURL(/\/visualize/);
  await expect(page.getByRole("heading", { name: "Resources by type" })).toBeVisible();

  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Last jobs" })).toBeVisible();
  await expect(page.getByText("steps done")).toHaveCount(0);
});

for (const { what, faults, side, next } of [
  {
    what: "whose registration has expired",
    faults: { token: "registrationExpired" },
    side: ["On your side", "您这边的问题"],
    next: ["Register once more", "重新注册"],
  },
  {
    what: "whose token address is another",
    faults: { token: "wrongAudience" },
    side: ["On your side", "您这边的问题"],
    next: ["Set the token URL", "令牌地址"],
  },
  {
    what: "who may not read so much",
    faults: { token: "scopeRefused" },
    side: ["On the server’s side", "服务器方的问题"],
    next: ["Ask the operator", "运营方"],
  },
] as const) {
  test(`Someone ${what} reads whose side it is on and what to try next, in both languages`, async ({
    page,
  }) => {
    const made = await page.request.post("/api/connections", {
      data: { name: what, config: JSON.stringify(await downloadedConfig()) },
    });
    const { connection_id } = await made.json();
    await setFaults(faults);
    for (const place of [0, 1] as const) {
      await speak(page, place === 0 ? "en" : "zh-CN");
      await page.goto(`/connections/${connection_id}?test=1`);
      const token = page.getByRole("listitem").filter({ hasText: side[place] });
      await expect(token).toContainText(next[place], { timeout: 30_000 });
      await passes(page, `${what} ${place}`);
    }
    await setFaults({ preparationMs: 300, retryAfterSeconds: 1 });
    await page.request.delete(`/api/connections/${connection_id}`);
  });
}

test("Someone who does not know a word asks the question mark beside it, by keyboard, and reads on in the guide", async ({
  page,
}) => {
  await speak(page, "en");
  await page.goto("/connections/new");
  await page.getByRole("button", { name: "Fill in by hand" }).click();
  const question = page.locator('button[aria-description="Token URL"]');
  await question.focus();
  await page.keyboard.press("Enter");
  const told = page.getByRole("dialog").filter({ hasText: "Token URL" });
  await expect(told).toContainText("exactly as the server knows it");
  await passes(page, "a word explained");
  await page.keyboard.press("Escape");
  await expect(told).toHaveCount(0);
  await question.click();
  await told.getByRole("link", { name: "Read more" }).click();
  await expect(page).toHaveURL(/\/help\/jwks_authentication_guide/);
});

test("Someone who has to register at the server copies one text for its people, without a private key in it", async ({
  page,
}) => {
  const config = await downloadedConfig();
  const made = await page.request.post("/api/connections", {
    data: { name: "To register", config: JSON.stringify(config) },
  });
  const { connection_id } = await made.json();
  await page.goto(`/connections/${connection_id}`);
  await page.getByRole("button", { name: "For the server’s people" }).click();
  const text = page.getByRole("dialog").getByRole("textbox");
  await expect(text).toHaveValue(new RegExp(config.client_id.slice(0, 20)));
  const value = await text.inputValue();
  expect(value).toContain("private_key_jwt");
  expect(value).toContain("system/*.rs");
  expect(value).not.toContain('"d"');
  await passes(page, "registration");
  await page.request.delete(`/api/connections/${connection_id}`);
});

test("Someone gives a script a key that ends, and sees when and from where it was used", async ({
  page,
  playwright,
}) => {
  await page.goto("/settings?tab=api-keys");
  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("monthly report");
  await dialog.getByRole("combobox", { name: "Ends" }).click();
  await page.getByRole("option", { name: "in 30 days" }).click();
  await dialog.getByRole("button", { name: "Make the key" }).click();
  const key = await dialog.getByLabel("API key", { exact: true }).inputValue();
  await passes(page, "key made");
  const script = await playwright.request.newContext({
    baseURL: webUrl,
    storageState: { cookies: [], origins: [] },
  });
  const headers = { Authorization: `Bearer ${key}` };
  expect((await script.get("/api/bulk-data/jobs", { headers })).status()).toBe(200);
  await script.dispose();
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await page.reload();
  const row = page.getByRole("row", { name: /monthly report/ });
  await expect(row).toContainText(/from .*(127\.0\.0\.1|::1)/);
  await expect(row).toContainText(/in (30 days|4 weeks)/);
  const { api_keys } = await (await page.request.get("/api/api-keys")).json();
  const made = api_keys.find(({ name }: { name: string }) => name === "monthly report");
  await page.request.delete(`/api/api-keys/${made.api_key_id}`);
});
