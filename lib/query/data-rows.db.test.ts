import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { prepareJob } from "@/lib/load/prepare-job";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { dataRows } from "./data-rows";

await freshDatabase();

/** Oldest first; the middle one holds nobody. */
const jobs = [randomUUID(), randomUUID(), randomUUID()] as const;
const patients = [6_000, 0, 5_000];

beforeAll(async () => {
  const { pool } = database();
  for (const [index, job] of jobs.entries()) {
    await pool.query(
      `INSERT INTO export_jobs
         (id, connection_name, fhir_base_url, level, request, created_by, stage, created_at)
       VALUES ($1, 'test', 'http://localhost/fhir', 'system', '{}', 'test', 'done', $2)`,
      [job, new Date(Date.UTC(2026, 0, index + 1))],
    );
    await prepareJob(job);
    await pool.query(
      `INSERT INTO patients
         (etl_job_id, patient_id, id, file_no, line_no, family_name, resource)
       SELECT $1, 'p' || to_char(no, 'FM0000'), 'p' || to_char(no, 'FM0000'), 1, no,
              CASE WHEN no % 100 = 0 THEN 'Rare' ELSE 'Frequent' END, '{}'
         FROM generate_series(1, $2::int) AS no`,
      [job, patients[index]],
    );
  }
});

const idOf = (no: number) => `p${String(no).padStart(4, "0")}`;
const place = { page_size: 20 };

test("a search that finds more than it counts still pages over the jobs, to the last row", async () => {
  const at = async (page: number) => dataRows("Patient", { ...place, q: "p", page });
  const first = await at(1);
  expect(first).toMatchObject({ total: null, more: true });
  expect(first.rows.map((row) => [row.job_id, row.id])).toEqual(
    Array.from({ length: 20 }, (_, index) => [jobs[2], idOf(index + 1)]),
  );
  const acrossJobs = await dataRows("Patient", { page_size: 3, q: "p", page: 1_667 });
  expect(acrossJobs.rows.map((row) => [row.job_id, row.id])).toEqual([
    [jobs[2], idOf(4_999)],
    [jobs[2], idOf(5_000)],
    [jobs[0], idOf(1)],
  ]);
  const last = await at(550);
  expect(last.more).toBe(false);
  expect(last.rows.at(-1)).toMatchObject({ job_id: jobs[0], id: idOf(6_000) });
  expect((await at(551)).rows).toEqual([]);
});

test("a search that finds few says how many and shows each once", async () => {
  const seen: string[] = [];
  for (let page = 1; ; page += 1) {
    const list = await dataRows("Patient", { ...place, q: "rare", page });
    expect(list.total).toBe(110);
    seen.push(...list.rows.map((row) => `${row.job_id} ${row.id}`));
    if (!list.more) break;
  }
  expect(seen).toEqual(
    [2, 0].flatMap((index) =>
      Array.from(
        { length: (patients[index] as number) / 100 },
        (_, no) => `${jobs[index]} ${idOf((no + 1) * 100)}`,
      ),
    ),
  );
});

test("a blood pressure is told as people say it, whichever number the server sends first", async () => {
  const { pool } = database();
  for (const [id, codes, units, values] of [
    ["synthea", ["8462-4", "8480-6"], ["mm[Hg]", "mm[Hg]"], [80.25, 120]],
    ["usual", ["8480-6", "8462-4"], ["mmHg", "mmHg"], [118, 76]],
    ["mixed", ["a", "b"], ["kg", "cm"], [71.12345, 180]],
    ["bare", ["a", "b"], [null, null], [9, 10]],
    ["told", ["a", "b"], [null, null], [9, 10]],
  ] as const) {
    await pool.query(
      `INSERT INTO observations (etl_job_id, patient_id, id, file_no, line_no, value_text,
         component_codes, component_units, component_values, resource)
       VALUES ($1, 'p0001', $2, 1, 1, $3, $4, $5, $6, '{}')`,
      [jobs[2], id, id === "told" ? "fine" : null, codes, units, values],
    );
  }
  const { rows } = await dataRows("Observation", { ...place, patient: "p0001", page: 1 });
  expect(Object.fromEntries(rows.map(({ id, columns }) => [id, columns.components]))).toEqual({
    synthea: "120/80.25 mm[Hg]",
    usual: "118/76 mmHg",
    mixed: "71.123 kg / 180 cm",
    bare: "9/10",
    told: null,
  });
});

test("the rows of one file of a job are those that came from it, and are counted", async () => {
  await database().pool.query(
    "UPDATE patients SET file_no = 2 WHERE etl_job_id = $1 AND id IN ($2, $3, $4)",
    [jobs[0], idOf(5), idOf(700), idOf(5_999)],
  );
  const list = await dataRows("Patient", { ...place, job: [jobs[0]], file: 2, page: 1 });
  expect(list.rows.map(({ id }) => id)).toEqual([idOf(5), idOf(700), idOf(5_999)]);
  expect(list).toMatchObject({ total: 3, more: false });
});

test.each([
  ["nothing of ours", "x"],
  ["what no text of the database can be", [jobs[2], "a\u0000", "b"]],
  ["a job that has been removed", [randomUUID(), "a", "b"]],
])("after %s no rows follow", async (what, cursor) => {
  const after = Buffer.from(JSON.stringify(cursor)).toString("base64url");
  const asked = dataRows("Patient", { ...place, page: 1, after });
  if (what.startsWith("a job")) expect((await asked).rows).toEqual([]);
  else await expect(asked).rejects.toMatchObject({ code: "invalid-request" });
});

const noOf = (job: string) => jobs.findIndex((one) => one.startsWith(job));

/** Reads on by `next` to the end. */
async function everyRow(type: string, query: object) {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const list = await dataRows(type, { page: 1, page_size: 7, ...query, after });
    ids.push(...list.rows.map(({ job_id, id }) => `${noOf(job_id)} ${id}`));
    after = list.next ?? undefined;
  } while (after);
  return ids;
}

test("rows of all jobs come in the order of patients, both ways, page by page and by their keys", async () => {
  const q = "rare";
  const { rows: expected } = await database().pool.query<{ job: string; id: string }>(
    `SELECT etl_job_id AS job, id FROM patients WHERE family_name = 'Rare'
      ORDER BY patient_id, id, etl_job_id`,
  );
  const keys = expected.map(({ job, id }) => `${noOf(job)} ${id}`);
  expect(keys).toHaveLength(110);
  const sort = "patient_id" as const;
  expect(await everyRow("Patient", { q, sort, order: "asc" })).toEqual(keys);
  expect(await everyRow("Patient", { q, sort, order: "desc" })).toEqual(keys.toReversed());
  const third = await dataRows("Patient", { q, sort, order: "desc", page: 3, page_size: 20 });
  expect(third.rows.map(({ job_id, id }) => `${noOf(job_id)} ${id}`)).toEqual(
    keys.toReversed().slice(40, 60),
  );
  expect(third).toMatchObject({ total: 110, more: true });
  const last = await dataRows("Patient", { sort, order: "desc", page: 1, page_size: 3 });
  expect(last.rows.map(({ job_id, id }) => [job_id, id])).toEqual([
    [jobs[0], idOf(6_000)],
    [jobs[0], idOf(5_999)],
    [jobs[0], idOf(5_998)],
  ]);
});

test("jobs come oldest first when that is asked for", async () => {
  const list = await dataRows("Patient", { sort: "job_id", order: "asc", page: 1, page_size: 1 });
  expect(list.rows[0]).toMatchObject({ job_id: jobs[0], id: idOf(1) });
  const { next: after } = await dataRows("Patient", {
    sort: "job_id",
    order: "asc",
    page: 60,
    page_size: 100,
  });
  const beyond = await dataRows("Patient", {
    sort: "job_id",
    order: "asc",
    after: after ?? "",
    page: 1,
    page_size: 1,
  });
  expect(beyond.rows[0]).toMatchObject({ job_id: jobs[2], id: idOf(1) });
});

test("encounters of all jobs come by their start; no other type can be asked for so", async () => {
  for (const [index, job] of jobs.entries()) {
    await database().pool.query(
      `INSERT INTO encounters (etl_job_id, patient_id, id, file_no, line_no, start_at, resource)
       SELECT $1, 'p' || no, 'e' || no, 1, no,
              CASE WHEN no < 9 THEN '2026-01-01'::timestamptz + make_interval(days => no * 7 % 9 * 3 + $2) END,
              '{}'
         FROM generate_series(1, 9) AS no`,
      [job, index],
    );
  }
  const sort = "start_at" as const;
  const read = async (order: "asc" | "desc") => {
    const pages = [1, 2, 3].map((page) =>
      dataRows("Encounter", { sort, order, page, page_size: 10 }),
    );
    return (await Promise.all(pages)).flatMap(({ rows }) => rows.map((r) => r.columns.start_at));
  };
  const { rows: starts } = await database().pool.query<{ at: Date | null }>(
    "SELECT start_at AS at FROM encounters ORDER BY start_at",
  );
  const expected = starts.map(({ at }) => at?.toISOString() ?? null);
  expect(await read("asc")).toEqual(expected);
  expect(await read("desc")).toEqual(expected.toReversed());
  await expect(dataRows("Observation", { sort, page: 1, page_size: 10 })).rejects.toMatchObject({
    code: "invalid-request",
  });
});
