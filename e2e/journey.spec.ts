import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { choose } from "./choose";
import { downloadedConfig, sentBySandbox, setFaults } from "./sandbox";
import { fiveTypes } from "./script";

test.describe.configure({ mode: "serial" });
test.beforeAll(() => setFaults({ preparationMs: 1500, retryAfterSeconds: 1 }));
test.afterAll(() => setFaults({}));

/** The reader's language, as the header's switch sets it. */
const speak = (page: Page, locale: "en" | "zh-CN") =>
  page.context().addCookies([{ name: "locale", value: locale, url: page.url() }]);

test("A data engineer drops the config file, tests the connection, exports two groups, watches them and looks at the charts", async ({
  page,
}) => {
  await page.goto("/connections/new");
  const config = await downloadedConfig();
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles({
      name: "sandbox.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(config)),
    });
  await expect(page.getByLabel("FHIR base URL")).toHaveValue(config.fhir_url);
  await expect(page.getByLabel("Client ID")).toHaveValue(config.client_id);
  const privateKey = config.jwks.keys.find((key) => key.d) as Record<string, string>;
  await expect(page.locator("body")).toContainText(privateKey.kid as string);
  await expect(page.locator("body")).not.toContainText(privateKey.d as string);
  await page.getByLabel("Name", { exact: true }).fill("The sandbox");
  await page.getByRole("button", { name: "Save and test" }).click();

  await expect(page).toHaveURL(/\/connections\/[0-9a-f-]{36}/);
  await expect(page.getByText("All steps passed")).toBeVisible({ timeout: 30_000 });

  await page.getByRole("checkbox", { name: "Tick Fallon Health" }).check();
  await page.getByRole("checkbox", { name: "Tick Minuteman Health" }).check();
  await page.getByRole("button", { name: "Advanced" }).click();
  await page.getByLabel("Pause between the starts (seconds)").fill("1");
  await expect(page.getByText("2 jobs, one after the other, 1 s apart")).toBeVisible();
  await page.getByRole("button", { name: "Start 2 exports" }).click();

  await expect(page).toHaveURL(/\/jobs\?batch=/);
  await expect(page.getByText(/All 2 ended: 2 completed/)).toBeVisible({ timeout: 60_000 });

  await page.getByRole("link", { name: "Fallon Health" }).first().click();
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}/);
  const jobId = page.url().split("/").pop() as string;
  await expect(
    page.getByText("Every line that the server announced is accounted for."),
  ).toBeVisible();
  const sent = await sentBySandbox("FallonHealth", fiveTypes);
  const total = Object.values(sent).reduce((sum, count) => sum + count, 0);
  await expect(page.locator("main")).toContainText(total.toLocaleString("en"));

  await page.getByRole("link", { name: "Look at the data" }).click();
  await expect(page).toHaveURL(new RegExp(`/visualize\\?job=${jobId}`));
  const summary = page.getByLabel("Summary", { exact: true });
  await expect(summary).toContainText(String(sent.Patient));
  await expect(summary).toContainText(total.toLocaleString("en"));
  for (const chart of [
    "Resources by type",
    "Patients by age and sex",
    "Most frequent conditions",
    "Encounters over time",
    "Most frequent medications",
  ]) {
    await expect(page.getByRole("heading", { name: chart })).toBeVisible();
  }
});

test("A colleague opens the shared address and sees the same jobs chosen; the table says what the bars say", async ({
  page,
}) => {
  await page.goto("/jobs");
  await page
    .getByRole("button", { name: /^Batch of/ })
    .first()
    .click();
  const href = await page
    .getByRole("link", { name: "Minuteman Health" })
    .first()
    .getAttribute("href");
  const jobId = (href as string).split("/").pop() as string;
  await page.goto(`/visualize?job=${jobId}`);
  const sent = await sentBySandbox("MinutemanHealth", fiveTypes);
  await choose(page, "Resources by type", "Show as table");
  const table = page.getByRole("region", { name: "Table of “Resources by type”" });
  for (const type of fiveTypes) {
    const words = type.replace("MedicationRequest", "Medication request");
    await expect(table.getByRole("row", { name: new RegExp(`^${words}\\b`) })).toContainText(
      (sent[type] as number).toLocaleString("en"),
    );
  }
  const download = page.waitForEvent("download");
  await choose(page, "Resources by type", "Download CSV");
  const csv = readFileSync(await (await download).path(), "utf8");
  expect(csv).toContain(String(sent.Observation));
});

test("An analyst goes down to one resource's JSON with its job, file and line", async ({
  page,
}) => {
  await page.goto("/data?type=Condition");
  await page
    .getByRole("button", { name: /Show the JSON of Condition/ })
    .first()
    .click();
  const drawer = page.getByRole("dialog");
  await expect(drawer).toContainText('"resourceType"');
  await expect(drawer).toContainText(/No\. \d+, line \d+/);
});

test("用户用中文完成同样的流程：连接、导出、任务、数据可视化", async ({ page }) => {
  await page.goto("/");
  await speak(page, "zh-CN");
  await page.goto("/connections");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("连接");
  await page.getByRole("link", { name: "The sandbox" }).first().click();
  await page.getByRole("checkbox", { name: /Harvard Pilgrim Health Care/ }).check();
  await page.getByRole("button", { name: /^开始/ }).click();
  await expect(page).toHaveURL(/\/jobs\?batch=/);
  await expect(page.getByText("已完成").first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole("navigation").getByRole("link", { name: "数据可视化" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("数据可视化");
  await expect(
    page
      .getByRole("heading", { name: "按年龄和性别" })
      .or(page.getByRole("heading", { name: /患者/ }))
      .first(),
  ).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
});

test("The first choice of language is the browser's", async ({ browser }) => {
  for (const [locale, words] of [
    ["zh-CN", "登录"],
    ["en-GB", "Sign in"],
  ] as const) {
    const context = await browser.newContext({
      locale,
      storageState: { cookies: [], origins: [] },
    });
    const page = await context.newPage();
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: words })).toBeVisible();
    await context.close();
  }
});
