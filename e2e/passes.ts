import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/**
 * What axe objects to on the page as it is now. Its way for pages without frames of other hosts: the
 * other one opens a second page for each check.
 */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ["violations"] })
    .analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** Nothing is cut off at the page's side; charts take a moment to follow the window's width. */
export async function doesNotScrollSideways(page: Page, what: string): Promise<void> {
  const overflow = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  await expect.poll(overflow, { message: what, intervals: [50, 100, 250] }).toBeLessThanOrEqual(0);
}

/** The page as it is now is accessible, and nothing is cut off at its side. */
export async function passes(page: Page, what: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  expect(await violations(page), what).toEqual([]);
  await doesNotScrollSideways(page, what);
}
