import { expect, test } from "@playwright/test";
import { adminEmail, adminPassword, stateFile } from "./stage";

test("An administrator signs in with e-mail and password", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("E-mail").fill(adminEmail);
  await page.getByLabel("Password", { exact: true }).fill(adminPassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page).not.toHaveURL(/sign-in/);
  await page.context().storageState({ path: stateFile });
});
