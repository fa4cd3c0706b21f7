import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { connectionLabels } from "@/components/format/connection-labels";
import { choose } from "./choose";
import { setFaults } from "./sandbox";
import { kickOff, untilEnded } from "./script";

/** Two jobs of this file's own: what others export meanwhile must not change the numbers. */
let fallon = "";
let minuteman = "";

test.beforeAll(async ({ request }) => {
  await setFaults({ preparationMs: 200, retryAfterSeconds: 1 });
  const ids: string[] = [];
  for (const group of ["FallonHealth", "MinutemanHealth"]) {
    const { job_id } = await (await kickOff(request, group)).json();
    expect((await untilEnded(request, job_id)).status).toBe("completed");
    ids.push(job_id);
  }
  [fallon, minuteman] = ids as [string, string];
});
test.afterAll(() => setFaults({}));

const speak = (page: Page, locale: "en" | "zh-CN") =>
  page.context().addCookies([{ name: "locale", value: locale, url: page.url() }]);

/** A chart's numbers as a script gets them. */
const chart = async (page: Page, name: string, query: string) =>
  (await page.request.get(`/api/charts/${name}?${query}`)).json();

type Band = { band: string; female: number; male: number; other: number; unknown: number };

/** The band and sex with the most patients: "40-49", "female", 3. */
async function fullest(page: Page, job: string) {
  const { bands } = (await chart(page, "patients-by-age-and-sex", `job=${job}`)) as {
    bands: Band[];
  };
  const bars = bands
    .filter(({ band }) => band !== "unknown")
    .flatMap(({ band, female, male }) => [
      { band, sex: "Female", count: female },
      { band, sex: "Male", count: male },
    ])
    .sort((a, b) => b.count - a.count);
  const bar = bars[0] as { band: string; sex: string; count: number };
  return { ...bar, age: bar.band.replace("–", "-") };
}

const tile = (page: Page, name: string) =>
  page.getByLabel("Summary", { exact: true }).locator("div", { hasText: name }).first();

async function saved(page: Page, title: string, entry: string) {
  const download = page.waitForEvent("download");
  await choose(page, title, entry);
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("An analyst clicks an age band of women or men: all other charts follow, the numbers add up with the API, and a second click shows everybody again", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${fallon}`);
  const { age, band, sex, count } = await fullest(page, fallon);
  const bar = page.getByRole("button", { name: `${band}, ${sex}: ${count}` });
  await expect(bar).toHaveAttribute("aria-pressed", "false");
  await bar.click();
  await expect(page).toHaveURL(new RegExp(`age=${age}`));
  await expect(page).toHaveURL(new RegExp(`sex=${sex.toLowerCase()}`));
  await expect(bar).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText(`Chosen: ${count} of`)).toBeVisible();

  const query = `job=${fallon}&age=${age}&sex=${sex.toLowerCase()}`;
  const summary = await chart(page, "summary", query);
  expect(summary.patients).toBe(count);
  await expect(tile(page, "Patients")).toContainText(String(count));
  await expect(tile(page, "Resources")).toContainText(summary.resources.toLocaleString("en"));
  const { types } = await chart(page, "resources-by-type", query);
  expect(types.reduce((sum: number, one: { records: number }) => sum + one.records, 0)).toBe(
    summary.resources,
  );

  await page.getByRole("button", { name: `Remove filter: Age: ${band}` }).click();
  await expect(page).not.toHaveURL(/age=/);
  await page.getByRole("button", { name: "Clear all" }).click();
  await expect(page).not.toHaveURL(/sex=|job=/);
  await page.goto(`/visualize?${query}`);
  await expect(bar).toHaveAttribute("aria-pressed", "true");
  await bar.click();
  await expect(page).not.toHaveURL(/age=|sex=/);
});

test("The same without a mouse: arrow keys go through the pyramid and the months, Enter chooses", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${fallon}`);
  const { band, sex, count } = await fullest(page, fallon);
  const bar = page.getByRole("button", { name: `${band}, ${sex}: ${count}` });
  await bar.focus();
  await page.keyboard.press("Enter");
  await expect(bar).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Space");
  await expect(bar).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press(sex === "Female" ? "ArrowRight" : "ArrowLeft");
  await expect(page.getByRole("button", { name: `Age ${band}`, exact: true })).toBeFocused();

  const columns = page
    .getByRole("region", { name: "Encounters over time" })
    .getByRole("group", { name: /Choose a period/ })
    .getByRole("button");
  const last = columns.last();
  await last.focus();
  await page.keyboard.press("Enter");
  await expect(last).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+Enter");
  await expect(columns.nth(-2)).toHaveAttribute("aria-pressed", "true");
  await expect(last).toHaveAttribute("aria-pressed", "true");
  await expect(page).toHaveURL(/from=\d{4}-\d{2}&to=\d{4}-\d{2}/);
});

test("A year of encounters filters the page; the resources behind it are as many as the bar says", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${minuteman}`);
  const region = page.getByRole("region", { name: "Encounters over time" });
  const column = region
    .getByRole("group", { name: /Choose a period/ })
    .getByRole("button", { name: /: [1-9]/ })
    .last();
  await expect(column).toBeVisible();
  const count = Number(/: ([\d,]+)$/.exec((await column.getAttribute("aria-label")) ?? "")?.[1]);
  await column.click();
  await expect(page).toHaveURL(/from=/);
  const { searchParams } = new URL(page.url());
  const [from, to] = [searchParams.get("from"), searchParams.get("to")];
  const { types } = await chart(
    page,
    "resources-by-type",
    `job=${minuteman}&from=${from}&to=${to}`,
  );
  expect(types.find(({ type }: { type: string }) => type === "Encounter").records).toBe(count);

  await region.getByRole("link", { name: "Show the resources" }).click();
  await expect(page).toHaveURL(/\/data\?.*type=Encounter/);
  await expect(page.getByText(new RegExp(`· ${count} rows?$`))).toBeVisible();
  const rows = await page.request.get(`/api/data/Encounter?job=${minuteman}&from=${from}&to=${to}`);
  expect((await rows.json()).total).toBe(count);
});

test("Every number of a table leads to exactly as many resources", async ({ page }) => {
  await page.goto(`/visualize?job=${fallon}`);
  for (const [title, kind] of [
    ["Most frequent conditions", "Condition"],
    ["Distribution", "Observation"],
    ["Patients by age and sex", "Patient"],
  ] as const) {
    await page.goto(`/visualize?job=${fallon}`);
    await choose(page, title, "Show as table");
    const table = page.getByRole("region", { name: `Table of “${title}”` });
    const number = table.getByRole("link").last();
    const count = Number(((await number.textContent()) ?? "").replaceAll(",", ""));
    expect(count).toBeGreaterThan(0);
    await number.click();
    await expect(page).toHaveURL(new RegExp(`/data\\?.*type=${kind}`));
    await expect(
      page.getByText(new RegExp(`· ${count.toLocaleString("en")} rows?$`)),
    ).toBeVisible();
  }
});

test("A manager compares two exports side by side and reads the difference in the table", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${fallon}&job=${minuteman}`);
  await page.getByRole("switch", { name: "Compare two sets" }).click();
  await expect(page).toHaveURL(
    new RegExp(`(?=.*[?&]job=${fallon})(?=.*b_job=${minuteman})(?=.*compare=1)`),
  );
  const card = page.getByRole("region", { name: "Resources by type" });
  await expect(card.getByRole("group", { name: "A", exact: true })).toBeVisible();
  await expect(card.getByRole("group", { name: "B", exact: true })).toBeVisible();
  const [a, b] = await Promise.all(
    [fallon, minuteman].map(async (job) => {
      const { types } = await chart(page, "resources-by-type", `job=${job}`);
      return types.find(({ type }: { type: string }) => type === "Observation").records as number;
    }),
  );
  await choose(page, "Resources by type", "Show as table");
  const cells = page
    .getByRole("region", { name: "Table of “Resources by type”" })
    .getByRole("row", { name: /^Observation/ })
    .getByRole("cell");
  await expect
    .poll(async () =>
      (await cells.allTextContents()).slice(-3).map((cell) => Number(cell.replaceAll(",", ""))),
    )
    .toEqual([a, b, (b as number) - (a as number)]);

  // On the same scale: the set with fewer has the shorter bar, as much as it has fewer.
  await choose(page, "Resources by type", "Show as chart");
  const widths = await Promise.all(
    ["A", "B"].map((name) =>
      card
        .getByRole("group", { name, exact: true })
        .getByRole("listitem")
        .filter({ hasText: "Observation" })
        .locator("[style*='width']")
        .first()
        .evaluate((bar) => Number.parseFloat((bar as HTMLElement).style.width)),
    ),
  );
  expect((widths[1] as number) / (widths[0] as number)).toBeCloseTo(
    (b as number) / (a as number),
    2,
  );
});

test("A manager sees the values of two exports over each other, on the same bins, and finds both in the table", async ({
  page,
}) => {
  await page.goto(`/visualize?compare=1&job=${fallon}&b_job=${minuteman}`);
  const region = page.getByRole("region", { name: "Distribution", exact: true });
  await expect(region.getByRole("img", { name: /A: .* values.* B: .* values/ })).toBeAttached();
  await choose(page, "Distribution", "Show as table");
  const table = page.getByRole("region", { name: "Table of “Distribution”" });
  await expect(table.getByRole("columnheader")).toHaveText([
    "From",
    "To",
    "Values · A",
    "Values · B",
    "Values · Difference (B − A)",
    "Share (%) · A",
    "Share (%) · B",
    "Share (%) · Difference (B − A)",
  ]);
  const lines = await table
    .getByRole("row")
    .filter({ has: page.getByRole("cell") })
    .all();
  const rows = await Promise.all(
    lines.map(async (line) =>
      (await line.getByRole("cell").allTextContents()).map((cell) =>
        Number(cell.replaceAll(",", "")),
      ),
    ),
  );
  const sum = (column: number) => rows.reduce((all, row) => all + (row[column] ?? 0), 0);
  const { codes } = await chart(page, "observation-codes", `job=${fallon}`);
  const counts = await Promise.all(
    [fallon, minuteman].map(async (job) => {
      const query = `job=${job}&code=${codes[0].code}&unit=${encodeURIComponent(codes[0].units[0])}`;
      return (await chart(page, "observation-distribution", query)).count as number;
    }),
  );
  expect([sum(2), sum(3)]).toEqual(counts);
  expect(sum(5)).toBeCloseTo(100, 0);
  expect(sum(6)).toBeCloseTo(100, 0);
  // One bin ends where the next begins, for both.
  for (const [at, row] of rows.slice(1).entries()) expect(row[0]).toBe(rows[at]?.[1]);
});

test("An analyst looks at one connection, then at one of its groups: the charts follow, and each filter comes off by itself", async ({
  page,
}) => {
  const job = await (await page.request.get(`/api/bulk-data/jobs/${minuteman}`)).json();
  const connection = `connection=${job.connection_id}`;
  // Those of the other journeys are at the same host: what tells them apart is their client.
  const { connections } = await (await page.request.get("/api/connections")).json();
  const called: string = connectionLabels(connections).get(job.connection_id) ?? "";
  await page.goto("/visualize");
  const filters = page.getByRole("search", { name: "Filters" });
  await filters.getByRole("combobox", { name: "Connection" }).click();
  await page.getByRole("option", { name: called, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(connection));
  const ofConnection = await chart(page, "summary", connection);
  await expect(tile(page, "Resources")).toContainText(ofConnection.resources.toLocaleString("en"));

  await filters.getByRole("combobox", { name: "Group" }).click();
  await page.getByRole("option", { name: job.group_name ?? job.group_id, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`(?=.*${connection})(?=.*group=MinutemanHealth)`));
  const ofGroup = await chart(page, "summary", `${connection}&group=MinutemanHealth`);
  expect(ofGroup.resources).toBeLessThan(ofConnection.resources);
  await expect(tile(page, "Resources")).toContainText(ofGroup.resources.toLocaleString("en"));
  await page.reload();
  await expect(tile(page, "Resources")).toContainText(ofGroup.resources.toLocaleString("en"));

  const pill = (name: string) => page.getByRole("button", { name: `Remove filter: ${name}` });
  await pill(job.group_name ?? job.group_id).click();
  await expect(page).not.toHaveURL(/group=/);
  await expect(tile(page, "Resources")).toContainText(ofConnection.resources.toLocaleString("en"));
  await pill(called).click();
  await expect(page).not.toHaveURL(/connection=/);
});

test("An analyst draws across some of the encounters' time, zooms in on it, and comes back to all time", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${fallon}`);
  const columns = page
    .getByRole("region", { name: "Encounters over time" })
    .getByRole("group", { name: /Choose a period/ })
    .getByRole("button");
  const { unit, points } = await chart(page, "encounters-over-time", `job=${fallon}`);
  await expect(columns).toHaveCount(points.length);
  type Point = { counts: Record<string, number> };
  const last = points.findLastIndex(({ counts }: Point) => Object.values(counts).some(Boolean));
  const first = last - 2;
  const monthOf = (at: number, end: string) =>
    unit === "year" ? `${points[at].at.slice(0, 4)}-${end}` : points[at].at.slice(0, 7);
  const [from, to] = [monthOf(first, "01"), monthOf(last, "12")];
  await columns.nth(first).hover();
  await page.mouse.down();
  await columns.nth(last).hover();
  await page.mouse.up();
  await expect(page).toHaveURL(new RegExp(`from=${from}&to=${to}`));
  await expect(columns.nth(last - 1)).toHaveAttribute("aria-pressed", "true");
  await expect(columns.nth(first - 1)).toHaveAttribute("aria-pressed", "false");

  await page.getByRole("button", { name: "Zoom in on the chosen period" }).first().click();
  await expect(page).toHaveURL(new RegExp(`zoom=${from}_${to}`));
  const inside = await chart(page, "encounters-over-time", `job=${fallon}&from=${from}&to=${to}`);
  await expect(columns).toHaveCount(inside.points.length);
  // So little time is told by month.
  expect(inside.unit).toBe("month");
  await page.getByRole("button", { name: "Show all time" }).first().click();
  await expect(page).not.toHaveURL(/zoom=/);
  await expect(columns).toHaveCount(points.length);
  await expect(page).toHaveURL(/from=/);
});

test("A researcher takes charts along: SVG and PNG with title, jobs and date, and CSV whose numbers add up", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${fallon}`);
  // What is saved is what is drawn.
  for (const drawn of ["Encounters over time", "Patients by age and sex"])
    await expect(
      page.getByRole("region", { name: drawn }).getByRole("button", { name: /: \d/ }).first(),
    ).toBeAttached();
  for (const title of ["Resources by type", "Patients by age and sex", "Encounters over time"]) {
    const svg = await saved(page, title, "Download SVG");
    expect(svg.name).toMatch(/\.svg$/);
    const text = svg.bytes.toString("utf8");
    const read = await page.evaluate((source) => {
      const document = new DOMParser().parseFromString(source, "image/svg+xml");
      return {
        broken: document.querySelector("parsererror")?.textContent ?? null,
        html: document.querySelector("foreignObject") !== null,
        title: document.querySelector("title")?.textContent,
        words: [...document.querySelectorAll("text")].map((node) => node.textContent),
        shapes: document.querySelectorAll("rect, path").length,
      };
    }, text);
    expect(read.broken).toBeNull();
    expect(read.html).toBe(false);
    expect(read.title).toBe(title);
    expect(read.words.join(" ")).toMatch(/Fallon ?Health.*\(complete\)/);
    expect(read.words.join(" ")).toContain(String(new Date().getFullYear()));
    expect(read.shapes).toBeGreaterThan(5);

    const png = (await saved(page, title, "Download PNG")).bytes;
    expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(text) ?? [];
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      Number(width) * 2,
      Number(height) * 2,
    ]);
  }
  const csv = (await saved(page, "Resources by type", "Download CSV")).bytes.toString("utf8");
  const sum = csv
    .trim()
    .split("\r\n")
    .slice(1)
    .reduce((all, line) => all + Number(line.split(",").at(-1)), 0);
  expect(sum).toBe((await chart(page, "summary", `job=${fallon}`)).resources);
});

test("Numbers say which jobs they come from and whether those are complete, one click from the evidence", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${fallon}`);
  const card = page.getByRole("region", { name: "Resources by type" });
  await expect(card).toContainText(/Fallon ?Health/);
  await card.getByRole("button", { name: "complete", exact: true }).click();
  await page.locator(`a[href="/jobs/${fallon}"]`).click();
  await expect(page).toHaveURL(`/jobs/${fallon}`);
  await expect(
    page.getByText("Every line that the server announced is accounted for."),
  ).toBeVisible();
});

test("Somebody chooses what nobody has, is told so, and one click brings everything back", async ({
  page,
}) => {
  await page.goto(`/visualize?job=${fallon}&from=1850-01&to=1850-02`);
  await expect(page.getByText("Nothing fits these filters")).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "Clear all" }).last().click();
  await expect(page.getByLabel("Summary", { exact: true })).toBeVisible();
  await expect(page).not.toHaveURL(/from=/);
});

test("在手机上用中文筛选：打开筛选抽屉，选择性别，图表随之变化，标签可移除", async ({ page }) => {
  await page.goto("/");
  await speak(page, "zh-CN");
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto(`/visualize?job=${fallon}`);
  const summary = page.getByLabel("摘要", { exact: true });
  await expect(summary).toBeVisible();
  await page.getByRole("button", { name: "筛选（1）" }).click();
  const drawer = page.getByRole("dialog", { name: "筛选" });
  await drawer.getByRole("combobox", { name: "性别" }).click();
  await page.getByRole("option", { name: "女" }).click();
  await page.keyboard.press("Escape");
  await drawer.getByRole("button", { name: "查看图表" }).click();
  await expect(page).toHaveURL(/sex=female/);
  const { patients } = await chart(page, "summary", `job=${fallon}&sex=female`);
  await expect(summary).toContainText(`患者${patients}`);
  await page.getByRole("button", { name: "移除筛选：性别: 女" }).click();
  await expect(page).not.toHaveURL(/sex=/);
  expect(
    await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ),
  ).toBeLessThanOrEqual(0);
});
