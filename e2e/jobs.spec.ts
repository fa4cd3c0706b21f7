import { expect, type Page, test } from "@playwright/test";
import { setFaults } from "./sandbox";
import { kickOff, sql, status, untilEnded } from "./script";
import { apiKey } from "./stage";

const headers = { Authorization: `Bearer ${apiKey}` };
test.afterAll(() => setFaults({}));

const speak = (page: Page, locale: "en" | "zh-CN") =>
  page.context().addCookies([{ name: "locale", value: locale, url: "http://localhost" }]);

/** Where a page stands, the axes of its charts and the like apart. */
const main = (page: Page) => page.locator("main");

test("A data engineer sees which files did not come and why, retries those alone, and watches the evidence turn whole", async ({
  page,
  request,
}) => {
  await setFaults({ preparationMs: 300, retryAfterSeconds: 0, fileGone: 404 });
  const { job_id } = await (
    await kickOff(request, "FallonHealth", { group_name: "Fallon Health" })
  ).json();
  expect((await untilEnded(request, job_id)).status).toBe("failed");

  await page.goto(`/jobs/${job_id}`);
  await expect(page.getByText("Why it failed")).toBeVisible();
  await expect(main(page).getByText(/\d+ files? of \d+ did not come\./)).toBeVisible();
  await page.getByRole("link", { name: "Show these files" }).first().click();
  await expect(page).toHaveURL(/amiss=true/);
  await expect(page.getByRole("switch", { name: "Only what does not add up" })).toBeChecked();

  await page.getByRole("button", { name: "Actions" }).click();
  await expect(
    page.getByRole("menuitem", { name: /Run incrementally.*something is missing/ }),
  ).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("menuitem", { name: /Cancel.*It has ended\./ })).toBeVisible();
  await page.keyboard.press("Escape");

  await setFaults({ preparationMs: 300, retryAfterSeconds: 0 });
  await page.getByRole("button", { name: /^Retry \d+ failed files?$/ }).click();
  await expect(
    page.getByText("Every line that the server announced is accounted for."),
  ).toBeVisible({ timeout: 60_000 });
  await page.getByRole("switch", { name: "Only what does not add up" }).click();
  await expect(page.getByText("Records per second")).toBeVisible();

  await page.getByRole("link", { name: "Condition", exact: true }).first().click();
  await expect(page).toHaveURL(/\/data\?type=Condition&job=.*&file=\d+/);
  await expect(main(page).getByText(/file \d+/)).toBeVisible();
});

test("An operator starts three groups, watches the batch as one line that unfolds, and finds each job in it", async ({
  page,
  request,
}) => {
  await setFaults({ preparationMs: 1500, retryAfterSeconds: 1 });
  const first = await (await kickOff(request, "MinutemanHealth")).json();
  const { connection_id } = (await status(request, first.job_id)) as unknown as {
    connection_id: string;
  };
  const groups = ["BMCHealthNet", "FallonHealth", "TuftsHealthPlan"].map((id) => ({
    id,
    name: id,
    patients: 3,
  }));
  const started = await request.post("/api/exports", {
    headers,
    data: {
      connection_id,
      groups,
      request: { resource_types: ["Patient", "Condition"] },
      delay_seconds: 0,
    },
  });
  expect(started.status()).toBe(200);
  await page.goto("/jobs");
  const batch = page.getByRole("button", { name: "Batch of 3 jobs" }).first();
  await expect(batch).toHaveAttribute("aria-expanded", "false");
  await expect(page.getByRole("link", { name: "BMCHealthNet" })).toHaveCount(0);
  await batch.click();
  for (const { name } of groups)
    await expect(page.getByRole("link", { name, exact: true }).first()).toBeVisible();
  await expect(page).toHaveURL(/open=/);
  await page.reload();
  await expect(page.getByRole("link", { name: "BMCHealthNet", exact: true }).first()).toBeVisible();
  await expect(page.getByRole("row", { name: /Batch of 3 jobs/ }).first()).toContainText(
    "Completed",
    { timeout: 60_000 },
  );
  await page.getByRole("link", { name: "BMCHealthNet", exact: true }).first().click();
  await expect(main(page).getByText(/of 3 patients|3 in the group/)).toBeVisible();
});

test("Somebody whose connection breaks is told quietly, and the page catches up by itself", async ({
  page,
  request,
}) => {
  await setFaults({ preparationMs: 10_000, retryAfterSeconds: 1 });
  const { job_id } = await (await kickOff(request, "BMCHealthNet")).json();
  await page.goto(`/jobs/${job_id}`);
  await expect(page.getByText("The server prepares the files").first()).toBeVisible();
  await page.route("**/api/**", (route) => route.abort("connectionrefused"));
  await expect(page.getByText(/Connection lost\. Reconnecting… This is as of/)).toBeVisible();
  await expect(page.getByText("The server prepares the files").first()).toBeVisible();
  expect((await untilEnded(request, job_id)).status).toBe("completed");
  await page.unroute("**/api/**");
  await expect(page.getByText(/Connection lost/)).toHaveCount(0);
  await expect(
    page.getByText("Every line that the server announced is accounted for."),
  ).toBeVisible();
});

test("用户删除任务之前看到将释放多少行和多少空间，确认后数据随之消失", async ({
  page,
  request,
}) => {
  await setFaults({ preparationMs: 300, retryAfterSeconds: 0 });
  const { job_id } = await (await kickOff(request, "MinutemanHealth")).json();
  const { records_loaded } = await untilEnded(request, job_id);
  await speak(page, "zh-CN");
  await page.goto(`/jobs/${job_id}`);
  await page.getByRole("button", { name: "操作" }).click();
  await page.getByRole("menuitem", { name: /^删除/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(
    `${records_loaded.toLocaleString("zh-CN")} 条记录，含索引在数据库中占`,
  );
  await expect(dialog).toContainText(/个文件，在磁盘上占/);
  await expect(dialog).toContainText("合计");
  await dialog.getByRole("button", { name: "删除任务和数据" }).click();
  await expect(page).toHaveURL(/\/jobs$/);
  const [row] = await sql<{ n: string }>(
    `SELECT count(*) AS n FROM patients WHERE etl_job_id = '${job_id}'`,
  );
  expect(Number(row?.n)).toBe(0);
});

test("中文用户看到失败的任务、原因和依据", async ({ page, request }) => {
  await setFaults({ preparationMs: 300, retryAfterSeconds: 0, exportError: "The disk is full" });
  const { job_id } = await (await kickOff(request, "FallonHealth")).json();
  expect((await untilEnded(request, job_id)).status).toBe("failed");
  await setFaults({});
  await speak(page, "zh-CN");
  await page.goto("/");
  await expect(page.getByRole("heading", { name: /需要处理/ })).toBeVisible();
  await page.goto(`/jobs/${job_id}`);
  await expect(page.getByText("The disk is full").first()).toBeVisible();
  await expect(page.getByText("服务器没有列出任何文件。")).toBeVisible();
});
