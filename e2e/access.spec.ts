import { type Browser, expect, type Page, test } from "@playwright/test";
import { adminEmail, apiKey, stateFile, webUrl } from "./stage";

test.use({ storageState: { cookies: [], origins: [] } });

const pages = [
  "/",
  "/connections",
  "/connections/new",
  "/jobs",
  "/visualize",
  "/data",
  "/settings",
];

for (const page of pages) {
  test(`A stranger who opens ${page} gets the sign-in page`, async ({ page: browser }) => {
    await browser.goto(page);
    await expect(browser).toHaveURL(/\/sign-in/);
    await expect(browser.getByRole("button", { name: "Sign in" })).toBeVisible();
  });
}

test("A stranger's calls of the API are refused, health apart", async ({ request }) => {
  for (const path of [
    "/api/bulk-data/jobs",
    "/api/bulk-data/status/0190a000-0000-7000-8000-000000000000",
    "/api/connections",
    "/api/charts/summary",
    "/api/data",
    "/api/overview",
    "/api/people",
    "/api/api-keys",
    "/api/audit",
    "/api/about",
  ]) {
    const answer = await request.get(path);
    expect([path, answer.status()]).toEqual([path, 401]);
    expect(await answer.json()).toMatchObject({ code: "not-signed-in" });
  }
  expect((await request.post("/api/bulk-data/kick-off", { data: {} })).status()).toBe(401);
  const wrong = await request.get("/api/bulk-data/jobs", {
    headers: { Authorization: "Bearer not-a-key" },
  });
  expect(await wrong.json()).toMatchObject({ code: "api-key-refused" });

  const health = await request.get("/api/health");
  expect(health.status()).toBe(200);
});

test("A key opens the API by Bearer and by Basic, and not the people's settings", async ({
  request,
}) => {
  for (const Authorization of [
    `Bearer ${apiKey}`,
    `Basic ${Buffer.from(`api:${apiKey}`).toString("base64")}`,
  ]) {
    expect(
      (await request.get("/api/bulk-data/jobs", { headers: { Authorization } })).status(),
    ).toBe(200);
    expect((await request.get("/api/people", { headers: { Authorization } })).status()).toBe(403);
  }
});

test("A wrong password is refused in words that do not tell which accounts exist", async ({
  page,
}) => {
  const words: string[] = [];
  for (const email of [adminEmail, "nobody@example.org"]) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password at all");
    await page.getByRole("button", { name: "Sign in" }).click();
    const alert = page.getByRole("alert").filter({ hasText: /\S/ }).first();
    await expect(alert).toBeVisible();
    words.push((await alert.innerText()).trim());
  }
  expect(words[0]).toContain("wrong");
  expect(words[1]).toBe(words[0]);
});

test("A made-up one-time link makes no account", async ({ request }) => {
  const answer = await request.post("/api/invitations/accept", {
    data: { token: "x".repeat(32), email: "a@b.org", name: "A", password: "long enough password" },
  });
  expect(answer.status()).toBe(410);
  expect(await answer.json()).toMatchObject({ code: "invitation-invalid" });
});

const signInAs = async (page: Page, email: string, password: string) => {
  await page.goto("/sign-in");
  await page.getByLabel(/E-mail|电子邮箱/).fill(email);
  await page.getByLabel(/^(Password|密码)$/).fill(password);
  await page.getByRole("button", { name: /Sign in|登录/ }).click();
};

/** A new colleague with an account, made by the administrator's link. */
async function colleague(browser: Browser, email: string, password: string) {
  const admin = await browser.newContext({ storageState: stateFile, baseURL: webUrl });
  const made = await admin.request.post("/api/people/invite", { data: { email, role: "viewer" } });
  const { url } = await made.json();
  const token = new URL(url).searchParams.get("token");
  const data = { token, email, name: "Grace", password };
  expect((await admin.request.post("/api/invitations/accept", { data })).status()).toBe(200);
  return admin;
}

test("Somebody who types before the page's code has come, or whose browser does, signs in with all of it", async ({
  page,
  browser,
}) => {
  const [email, password] = ["early@example.org", "typed before it was ready"];
  await (await colleague(browser, email, password)).close();
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route("**/_next/static/**/*.js", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto("/sign-in", { waitUntil: "commit" });
  await page.getByLabel("E-mail").fill(email);
  arrive();
  await page.waitForLoadState("load");
  await page.getByRole("textbox", { name: "Password" }).pressSequentially(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
});

test("A viewer changes the own password: a wrong one is told, other sessions end, this one goes on, and the trail has it", async ({
  page,
  browser,
}) => {
  const [email, old, fresh] = ["grace@example.org", "the words that were", "the words to come"];
  const admin = await colleague(browser, email, old);
  const elsewhere = await (await browser.newContext({ baseURL: webUrl })).newPage();
  await elsewhere.context().addCookies([{ name: "locale", value: "zh-CN", url: webUrl }]);
  await signInAs(elsewhere, email, old);
  await expect(elsewhere).not.toHaveURL(/\/sign-in/);
  await elsewhere.goto("/settings?tab=account");
  await expect(elsewhere.getByRole("heading", { name: "您的账户" })).toBeVisible();

  await signInAs(page, email, old);
  await page.getByRole("button", { name: "Account of Grace" }).click();
  await page.getByRole("menuitem", { name: "Account and password" }).click();
  await page.getByLabel("Current password").fill("not the one");
  await page.getByLabel("New password").fill(fresh);
  await page.getByLabel("Password again").fill(fresh);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("The current password is wrong.")).toBeVisible();
  await page.getByLabel("Current password").fill(old);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("Your password was changed")).toBeVisible();
  await page.goto("/jobs");
  await expect(page).toHaveURL("/jobs");

  await elsewhere.getByLabel("当前密码").fill(old);
  await elsewhere.goto("/jobs");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await signInAs(elsewhere, email, old);
  await expect(elsewhere.getByText("电子邮箱或密码错误。")).toBeVisible();
  await signInAs(elsewhere, email, fresh);
  await expect(elsewhere).not.toHaveURL(/\/sign-in/);

  const { events } = await (await admin.request.get("/api/audit?action=person.password")).json();
  expect(events).toMatchObject([{ actor: email }]);
});
