import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { prepareJob } from "@/lib/load/prepare-job";
import { registerApiKey } from "@/lib/session/api-keys";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { GET as getChart } from "../charts/[chart]/route";
import { GET as getResource } from "./[type]/[id]/route";
import { GET as getRows } from "./[type]/route";
import { GET as getTypes } from "./route";

await freshDatabase();
const key = `key-${randomUUID()}`;
const [one, two] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  await registerApiKey(key, "test");
  for (const jobId of [one, two]) {
    await database().pool.query(
      `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
       VALUES ($1, 'test', 'https://fhir.example', 'group', '{}', 'test', 'done')`,
      [jobId],
    );
    await prepareJob(jobId);
    await database().pool.query(
      `INSERT INTO patients (etl_job_id, patient_id, id, file_no, line_no, gender, resource)
       VALUES ($1, 'p', 'p', 1, 1, 'female', '{"resourceType":"Patient","id":"p"}')`,
      [jobId],
    );
  }
});

async function get(
  handler: typeof getTypes,
  path: string,
  params: Record<string, string> = {},
  headers: Record<string, string> = { authorization: `Bearer ${key}` },
) {
  const request = new Request(`http://localhost/api/${path}`, { headers });
  const answer = await handler(request, { params: Promise.resolve(params) });
  return { status: answer.status, body: await answer.json() };
}

test("charts take jobs one by one or with commas, and say what is wrong", async () => {
  const chart = (name: string, query: string) =>
    get(getChart, `charts/${name}?${query}`, { chart: name });
  for (const query of [`job=${one}&job=${two}`, `job=${one},${two}`, ""]) {
    const { status, body } = await chart("resources-by-type", query);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      types: [{ type: "Patient", records: 2, undated: 0, without_patient: 0 }],
      left_out: { undated: 0, without_patient: 0 },
    });
    expect(body.source.job_ids.sort()).toEqual([one, two].sort());
  }
  expect((await chart("summary", `job=${one}`)).body).toMatchObject({ patients: 1, jobs: 1 });
  expect(await chart("no-such-chart", "")).toMatchObject({
    status: 400,
    body: { code: "invalid-request" },
  });
  expect((await chart("summary", "job=x")).status).toBe(400);
  expect(await chart("observation-trend", "")).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining("code") },
  });
});

test("types, rows and one resource answer in the shapes of the contract", async () => {
  expect((await get(getTypes, `data?job=${one}`)).body).toEqual({
    types: [{ type: "Patient", records: 1 }],
  });
  const list = await get(getRows, "data/Patient?page_size=1", { type: "Patient" });
  expect(list.body).toMatchObject({ total: 2, more: true, page: 1, page_size: 1 });
  expect(list.body.rows[0].job_id).toBe(two);
  expect((await get(getRows, "data/x", { type: "x';--" })).status).toBe(400);
  const found = await get(getResource, `data/Patient/p?job=${one}&patient=p`, {
    type: "Patient",
    id: "p",
  });
  expect(found.body).toMatchObject({ job_id: one, resource: { id: "p" }, file_url: null });
  expect(await get(getResource, "data/Patient/q", { type: "Patient", id: "q" })).toMatchObject({
    status: 404,
    body: { code: "not-found" },
  });
});

test("numbers that no row can have are refused, not met by an error of the database", async () => {
  for (const query of ["file=3000000000", "page=0", "page_size=101", "value_from=x"]) {
    const { status, body } = await get(getRows, `data/Patient?${query}`, { type: "Patient" });
    const [name = ""] = query.split("=");
    expect([query, status, body.code]).toEqual([query, 400, "invalid-request"]);
    expect(body.params.reason).toMatch(new RegExp(`^${name}: `));
  }
});

test("a wrong key sees nothing", async () => {
  for (const [handler, params] of [
    [getTypes, {}],
    [getRows, { type: "Patient" }],
    [getResource, { type: "Patient", id: "p" }],
    [getChart, { chart: "summary" }],
  ] as const) {
    const { status, body } = await get(handler, "data", params, { authorization: "Bearer wrong" });
    expect(status).toBe(401);
    expect(Object.keys(body)).not.toContain("rows");
  }
});
