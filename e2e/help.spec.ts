import { expect, type Locator, type Page, test } from "@playwright/test";
import { passes } from "./passes";
import { setFaults } from "./sandbox";
import { kickOff, untilEnded } from "./script";
import { webUrl } from "./stage";

// Help where it is needed: the API to read, the guides, the words, the palette and the keyboard.

const speak = (page: Page, locale: "en" | "zh-CN") =>
  page.context().addCookies([{ name: "locale", value: locale, url: webUrl }]);

/** Opens the palette; the page that was just loaded may not listen to its keys yet. */
async function palette(page: Page, placeholder = "Search pages, jobs, patients, actions") {
  const search = page.getByPlaceholder(placeholder);
  // The one that just did something is still going, and takes with it what is typed.
  await expect(search).toHaveCount(0);
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(search).toBeVisible({ timeout: 2_000 });
  }).toPass();
  return search;
}

/** Types and takes the first of what is found, once it is seen to be what was meant. */
async function take(page: Page, search: Locator, words: string, wanted: string) {
  await search.fill(words);
  const first = page.getByRole("dialog").locator("[data-selected]");
  await expect(first).toContainText(wanted);
  await page.keyboard.press("Enter");
}

test("A developer finds a call in the console, copies its Python and curl, and the curl works with a key as it stands there", async ({
  page,
  request,
}) => {
  await page.goto("/help");
  await passes(page, "help");
  await page.getByRole("link", { name: "Read the HTTP API" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "HTTP API" })).toBeVisible();
  await page.getByRole("textbox", { name: "Search calls" }).fill("all jobs");
  await page.getByRole("button", { name: /GET \/api\/bulk-data\/jobs All jobs/ }).click();
  const curl = page.getByRole("region", { name: "Example: curl" });
  await expect(curl).toContainText(`${webUrl}/api/bulk-data/jobs`);
  await passes(page, "api, one call open");

  const address = /"(http[^"]+)"/.exec((await curl.textContent()) ?? "")?.[1] as string;
  const made = await page.request.post("/api/api-keys", { data: { name: "help", scope: "read" } });
  const { key, api_key_id } = await made.json();
  const answer = await request.get(address, { headers: { Authorization: `Bearer ${key}` } });
  expect(answer.status()).toBe(200);
  const shown = await page.getByRole("region", { name: "Answer", exact: true }).textContent();
  const example = JSON.parse(shown ?? "");
  expect(Object.keys(await answer.json()).sort()).toEqual(Object.keys(example).sort());
  await page.request.delete(`/api/api-keys/${api_key_id}`);

  await page.getByRole("tab", { name: "Python" }).click();
  await expect(page.getByRole("region", { name: "Example: Python" })).toContainText(
    "requests.get(",
  );
});

test("A tool reads the description of the API by key; a stranger does not get it", async ({
  page,
  playwright,
}) => {
  const description = await (await page.request.get("/api/openapi.json?lang=zh-CN")).json();
  expect(description.openapi).toBe("3.1.0");
  expect(description.paths["/api/bulk-data/kick-off"].post.summary).toBe("发起导出");
  expect(description.servers[0].url).toBe(webUrl);
  const stranger = await playwright.request.newContext({
    baseURL: webUrl,
    storageState: { cookies: [], origins: [] },
  });
  expect((await stranger.get("/api/openapi.json")).status()).toBe(401);
  expect((await stranger.get("/help/pictures/overview.png")).status()).toBe(401);
  await stranger.dispose();
});

test("Somebody with a failure reads the guide to it in the console, in English and in Chinese, also on a phone", async ({
  page,
}) => {
  for (const [locale, title, width] of [
    ["en", "Troubleshooting", 1280],
    ["zh-CN", "故障排查", 360],
  ] as const) {
    await speak(page, locale);
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/help/troubleshooting");
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(page.getByText("smart-auth-wrong-audience").first()).toBeVisible();
    await passes(page, `guide ${locale}`);
  }
  await speak(page, "en");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto("/help/troubleshooting");
  await page.getByRole("link", { name: "guide to keys" }).click();
  await expect(page).toHaveURL(/\/help\/jwks_authentication_guide/);
  await page.goto("/help/no-such-guide");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("A data engineer goes anywhere from the keyboard: to a job by its id, to a patient, to another language", async ({
  page,
  request,
}) => {
  await setFaults({ preparationMs: 100, retryAfterSeconds: 1 });
  const { job_id } = await (await kickOff(request, "FallonHealth")).json();
  await untilEnded(request, job_id);
  const { rows } = await (await page.request.get(`/api/data/Patient?job=${job_id}`)).json();
  await setFaults({});

  await page.goto("/");
  const keyboard = page.getByRole("dialog", { name: "Keyboard" });
  await expect(async () => {
    await page.keyboard.press("?");
    await expect(keyboard).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await passes(page, "keyboard");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.keyboard.press("g");
  await page.keyboard.press("j");
  await expect(page).toHaveURL(/\/jobs$/);

  await (await palette(page)).fill(job_id);
  await page.getByRole("button", { name: new RegExp(`…${job_id.slice(-8)}`) }).click();
  await expect(page).toHaveURL(new RegExp(`/jobs/${job_id}`));

  await (await palette(page)).fill(rows[0].id);
  const patient = page.getByRole("button", { name: new RegExp(`· ${rows[0].id}`) });
  await expect(patient).toHaveCount(1);
  await passes(page, "palette");
  await patient.click();
  await expect(page).toHaveURL(/\/data/);

  await take(page, await palette(page), "chinese", "简体中文");
  await expect(page.getByRole("link", { name: "数据可视化" })).toBeVisible();
  await take(page, await palette(page, "搜索页面、任务、患者和操作"), "english", "English");
  await expect(page.getByRole("link", { name: "Visualize" })).toBeVisible();
});
