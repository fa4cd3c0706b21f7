import { expect, type Page } from "@playwright/test";

/** Opens a chart's menu and takes an entry of it. */
export async function choose(page: Page, title: string, entry: string): Promise<void> {
  // The one that was open before may still be closing, with the same entries.
  await expect(page.getByRole("menu")).toHaveCount(0);
  await page.getByRole("button", { name: `Options of “${title}”` }).click();
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
}
