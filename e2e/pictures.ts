import { type Page, test } from "@playwright/test";
import { consolePages, headers } from "./pages";

// npm run pictures, with BULKHOUSE_URL, ADMIN_EMAIL, ADMIN_PASSWORD and BULKHOUSE_API_KEY of a
// running demo. Writes docs/pictures/*.png.

/** Pages that no guide shows. */
const unshown = ["settings", "settings-about", "settings-audit", "help", "help-tour"];

const settle = async (page: Page) => {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(800);
};

test("pictures", async ({ page, request }) => {
  await page.goto("/sign-in");
  await settle(page);
  await page.screenshot({ path: "docs/pictures/sign-in.png" });
  await page.getByLabel("E-mail").fill(process.env.ADMIN_EMAIL as string);
  await page.getByLabel("Password", { exact: true }).fill(process.env.ADMIN_PASSWORD as string);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));

  // The demo leaves its connection untested, and a tested one has more to show.
  const { connections } = await (await request.get("/api/connections", { headers })).json();
  await request.post(`/api/connections/${connections[0].connection_id}/test`, { headers });

  for (const { name, path } of await consolePages(request)) {
    if (unshown.includes(name)) continue;
    await page.goto(path);
    await settle(page);
    if (name === "new-connection") {
      const config = await (
        await request.get(`${process.env.SANDBOX_URL ?? "http://localhost:4004"}/download.json`)
      ).text();
      await page
        .locator('input[type="file"]')
        .first()
        .setInputFiles({
          name: "sandbox.json",
          mimeType: "application/json",
          buffer: Buffer.from(config),
        });
      await settle(page);
    }
    if (name === "visualize") await page.setViewportSize({ width: 1600, height: 1000 });
    await page.screenshot({ path: `docs/pictures/${name}.png`, fullPage: name === "visualize" });
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  await page
    .context()
    .addCookies([{ name: "locale", value: "zh-CN", url: new URL("/", page.url()).href }]);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1600, height: 1000 });
  await page.goto("/visualize");
  await settle(page);
  await page.screenshot({ path: "docs/pictures/visualize-zh-dark.png", fullPage: true });
});
