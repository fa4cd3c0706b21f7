import { expect, test } from "@playwright/test";
import { sentBySandbox, setFaults } from "./sandbox";
import { fiveTypes, kickOff, sql, status, untilEnded } from "./script";

const slow = { preparationMs: 300, retryAfterSeconds: 1, deletedShare: 0.3 };
test.afterAll(() => setFaults({}));

const group = "HarvardPilgrimHealthCare";
const views: Record<string, string> = {
  Patient: "current_patients",
  Condition: "current_conditions",
  Observation: "current_observations",
  MedicationRequest: "current_medication_requests",
  Encounter: "current_encounters",
};

test("An analyst exports the changes of a group with one click, sees who is new in it, and SQL shows the server's state of now", async ({
  page,
  request,
}) => {
  await setFaults({ ...slow, now: "2025-10-01T00:00:00Z", newMembers: 2 });
  const { job_id } = await (
    await kickOff(request, group, { group_name: "Harvard Pilgrim Health Care" })
  ).json();
  expect(await untilEnded(request, job_id)).toMatchObject({ status: "completed" });

  await setFaults({ ...slow, now: "2026-11-01T00:00:00Z" });
  await page.goto(`/jobs/${job_id}`);
  await page.getByRole("button", { name: /^Export changes since (Sep 30|Oct 1), 2025$/ }).click();

  await expect(page).toHaveURL(/\/jobs\?batch=/);
  await expect(page.getByText(/Who is in the group: \d+ members, 2 new, 0 left/)).toBeVisible();
  await expect(page.getByText("History of 2 new members")).toBeVisible();
  await expect(page.getByText(/^Changes since /)).toBeVisible();
  await expect(page.getByText(/All 3 ended: 3 completed/)).toBeVisible({ timeout: 60_000 });

  const sent = await sentBySandbox(group, fiveTypes);
  for (const [type, view] of Object.entries(views)) {
    const [row] = await sql<{ n: string }>(
      `SELECT count(*) AS n FROM ${view} WHERE group_id = '${group}'`,
    );
    expect([type, Number(row?.n)]).toEqual([type, sent[type] ?? 0]);
  }

  await page
    .getByRole("row", { name: /Who is in the group/ })
    .getByRole("link", { name: "Harvard Pilgrim Health Care" })
    .click();
  await expect(page.getByText("This job only asks who is in the group.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Look at the data" })).toHaveCount(0);

  const { connection_id } = (await status(request, job_id)) as unknown as { connection_id: string };
  await page.goto(`/connections/${connection_id}`);
  await page.getByLabel("Search name or id").fill(group);
  await expect(
    page.getByRole("button", { name: /^Export changes since (Oct 31|Nov 1), 2026$/ }),
  ).toBeVisible();
});
