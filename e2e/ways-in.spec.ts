import { expect, type Locator, type Page, test } from "@playwright/test";
import { passes as pagePasses } from "./passes";
import { downloadedConfig, privateKeyOf, sentBySandbox, setFaults } from "./sandbox";
import { fiveTypes, sql } from "./script";
import { sandboxUrl, webUrl } from "./stage";

// The four ways of signing in at a server, and what an export can be told beyond groups and types.

test.beforeEach(() => setFaults({ preparationMs: 300, retryAfterSeconds: 1 }));
test.afterAll(() => setFaults({}));

/**
 * The check of the page as it is now.
 * @param under what lies under the mouse meanwhile
 */
async function passes(page: Page, what: string, under?: Locator) {
  // A tooltip under the mouse lies outside of the page's landmarks.
  await (under ? under.hover() : page.mouse.move(0, 0));
  await expect(page.getByRole("tooltip")).toHaveCount(0);
  await pagePasses(page, what);
}

/** The form for a server that one types in. */
async function byHand(page: Page, words = "Fill in by hand") {
  await page.goto("/connections/new");
  await page.getByRole("button", { name: words }).click();
}

const passed = (page: Page) =>
  expect(page.getByText(/All steps passed|Usable, with/)).toBeVisible({ timeout: 30_000 });

const exportOf = async (page: Page, group: string) => {
  await page.getByRole("checkbox", { name: `Tick ${group}` }).check();
  await page.getByRole("button", { name: /^Start export/ }).click();
  await expect(page).toHaveURL(/\/jobs\?batch=/);
  await page.getByRole("link", { name: group }).first().click();
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}/);
};

const accounted = (page: Page) =>
  expect(page.getByText("Every line that the server announced is accounted for.")).toBeVisible({
    timeout: 60_000,
  });

type Kickoff = { method: string; headers: Record<string, string>; parameters: string[][] };

/** What the sandbox was asked last to export. */
async function lastKickoff(): Promise<Kickoff> {
  const list = await (await fetch(`${sandboxUrl}/sent/requests`)).json();
  return (list as Kickoff[]).filter(({ parameters }) => parameters).at(-1) as Kickoff;
}

test("Someone without a key lets Bulkhouse make one, registers its address at the server, and rotates it when it is time", async ({
  page,
  playwright,
}) => {
  const { fhir_url } = await downloadedConfig();
  await byHand(page);
  await page.getByLabel("Name", { exact: true }).fill("Keys made here");
  await page.getByLabel("FHIR base URL").fill(fhir_url);
  await page.getByLabel("As a machine, with keys made by Bulkhouse").check();
  await expect(page.getByLabel("JWKS URL")).toHaveValue(`${webUrl}/.well-known/jwks.json`);
  await expect(page.getByLabel("Private key", { exact: true })).toHaveCount(0);
  await passes(page, "form: keys made here");
  await page.getByRole("button", { name: "Save and test" }).click();
  await expect(page).toHaveURL(/\/connections\/[0-9a-f-]{36}/);

  // Who runs the server registers the address and gives a client id.
  const address = await page
    .getByRole("textbox", { name: "Register this address at the server" })
    .inputValue();
  const anybody = await playwright.request.newContext();
  const read = await anybody.get(address);
  expect(read.headers()["cache-control"]).toMatch(/public, max-age=\d+/);
  expect((await read.json()).keys).toHaveLength(2);
  const registered = await anybody.post(`${sandboxUrl}/auth/register`, {
    data: { jwks_url: address },
  });
  const { client_id } = await registered.json();

  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("dialog").getByLabel("Client ID").fill(client_id);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("button", { name: /^Test (connection|again)/ }).click();
  await passed(page);

  // The next key is too young: the server may not have read it.
  await expect(page.getByRole("button", { name: "Rotate the key" })).toBeDisabled();
  await passes(page, "connection: keys made here");
  await sql("UPDATE connection_keys SET published_at = published_at - interval '1 hour'");
  await page.reload();
  const now = page.getByText("signs now").locator("xpath=../../..").locator("code");
  const before = await now.textContent();
  await page.getByRole("button", { name: "Rotate the key" }).click();
  await expect(page.getByText("old, still published")).toBeVisible();
  expect(await now.textContent()).not.toBe(before);
  expect((await (await anybody.get(address)).json()).keys).toHaveLength(3);
  await page.getByRole("button", { name: /^Test (connection|again)/ }).click();
  await passed(page);
  await exportOf(page, "Fallon Health");
  await accounted(page);
  await anybody.dispose();
});

test("有人用自己的密钥手动填写连接，并通过测试", async ({ page }) => {
  await page.goto("/");
  await page.context().addCookies([{ name: "locale", value: "zh-CN", url: webUrl }]);
  const config = await downloadedConfig("ES384");
  await byHand(page, "手动填写");
  await page.getByLabel("名称", { exact: true }).fill("自己的密钥");
  await page.getByLabel("FHIR 基础地址").fill(config.fhir_url);
  await page.getByLabel("客户端 ID").fill(config.client_id);
  await page.getByRole("textbox", { name: /^私钥/ }).fill(privateKeyOf(config));
  await passes(page, "form in Chinese");
  await page.getByRole("button", { name: "保存并测试" }).click();
  await expect(page).toHaveURL(/\/connections\/[0-9a-f-]{36}/);
  await expect(page.getByText(/全部步骤通过|可以使用/)).toBeVisible({ timeout: 30_000 });
  await expect(page.locator("main")).toContainText("ES384");
});

test("Someone with nothing but a token exports with it; when it has run out, the words say what to do", async ({
  page,
}) => {
  const { fhir_url } = await downloadedConfig();
  const token = "a-token-from-elsewhere";
  await setFaults({ bearerToken: token, preparationMs: 300, retryAfterSeconds: 1 });
  await byHand(page);
  await page.getByLabel("Name", { exact: true }).fill("Token by hand");
  await page.getByLabel("FHIR base URL").fill(fhir_url);
  await page.getByLabel("With a bearer token").check();
  await expect(page.getByLabel("Client ID")).toHaveCount(0);
  await passes(page, "form: bearer token");
  await page.getByRole("textbox", { name: "Bearer token" }).fill(token);
  await page.getByRole("button", { name: "Save and test" }).click();
  await passed(page);
  await expect(page.locator("body")).not.toContainText(token);
  await exportOf(page, "Minuteman Health");
  await accounted(page);

  await setFaults({ bearerToken: "another-one" });
  await page.goto("/connections");
  await page.getByRole("link", { name: "Token by hand" }).click();
  await page.getByRole("button", { name: /^Test (connection|again)/ }).click();
  await expect(page.getByText(/A token given by hand is not renewed/).first()).toBeVisible({
    timeout: 30_000,
  });
});

test("A server without sign-in is connected without one", async ({ page }) => {
  const { fhir_url } = await downloadedConfig();
  await setFaults({ open: true, preparationMs: 300, retryAfterSeconds: 1 });
  await byHand(page);
  await page.getByLabel("Name", { exact: true }).fill("Open server");
  await page.getByLabel("FHIR base URL").fill(fhir_url);
  await page.getByLabel("None: the server is open").check();
  await expect(page.getByLabel("Token URL")).toHaveCount(0);
  await page.getByRole("button", { name: "Save and test" }).click();
  await passed(page);
  await exportOf(page, "Fallon Health");
  await accounted(page);
});

test("Someone who knows the standard fills the advanced fields, reads the request before it goes, and the server gets just that", async ({
  page,
}) => {
  await page.goto("/connections");
  await page.getByRole("link", { name: "Keys made here" }).click();
  await page.getByRole("checkbox", { name: "Tick Fallon Health" }).check();
  await page.getByRole("button", { name: "Advanced" }).click();
  const fold = page.getByRole("button", { name: "Advanced" });
  await passes(page, "export form, unfolded", fold);
  const request = page.getByRole("region", { name: "The request" });

  await page.getByLabel("Type filters").fill("Observation?_include=Observation:patient");
  await page.getByRole("button", { name: /^Start export/ }).click();
  await expect(page.getByText(/“_include” cannot stand in a filter/)).toBeVisible();

  await page.getByLabel("Type filters").fill("Observation?category=vital-signs\nCondition?code=x");
  await page.getByLabel("Elements").fill("Patient.birthDate");
  await page.getByLabel("Only these patients").fill("123");
  await page.getByLabel("Lenient").check();
  await page.getByLabel("Take manifests in parts").check();
  await expect(request).toContainText("POST ");
  await expect(request).toContainText("patient=Patient/123");
  await expect(request).toContainText("handling=lenient");
  await page.getByLabel("Only these patients").fill("");
  await expect(request).toContainText("GET ");
  const told = (await request.textContent()) ?? "";
  await page.getByRole("button", { name: /^Start export/ }).click();
  await expect(page).toHaveURL(/\/jobs\?batch=/);
  await expect(page.getByText(/completed/).first()).toBeVisible({ timeout: 60_000 });

  const { method, headers, parameters } = await lastKickoff();
  expect([method, headers.prefer]).toEqual(["GET", "respond-async, handling=lenient"]);
  const values = (name: string) =>
    parameters.filter(([one]) => one === name).map(([, value]) => value);
  expect(values("_typeFilter")).toEqual(["Observation?category=vital-signs", "Condition?code=x"]);
  expect(values("_elements")).toEqual(["Patient.birthDate"]);
  expect(values("allowPartialManifests")).toEqual(["true"]);
  for (const [name, value] of parameters) expect(told).toContain(`${name}=${value}`);
});

test("Someone whose server exports badly asks for FHIR search; the job says so and brings the same data", async ({
  page,
}) => {
  await page.goto("/connections");
  await page.getByRole("link", { name: "Keys made here" }).click();
  await page.getByRole("button", { name: "Advanced" }).click();
  await page.getByRole("combobox", { name: "How the data comes" }).click();
  await page.getByRole("option", { name: "FHIR search only" }).click();
  await expect(page.getByRole("region", { name: "The request" })).toContainText("patient={id}");
  await exportOf(page, "Minuteman Health");
  await accounted(page);
  await expect(page.locator("main")).toContainText("FHIR search");
  const sent = await sentBySandbox("MinutemanHealth", fiveTypes);
  const total = Object.values(sent).reduce((sum, count) => sum + count, 0);
  await expect(page.locator("main")).toContainText(total.toLocaleString("en"));
  await passes(page, "job by search");
});
