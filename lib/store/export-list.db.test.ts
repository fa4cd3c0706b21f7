import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { JobListQuery } from "@/lib/contract/job";
import { database } from "./client";
import { freshDatabase } from "./fresh-database";
import { exportList, jobList } from "./jobs";

await freshDatabase();
const { pool } = database();
const batch = randomUUID();

async function job(of: {
  batch?: string;
  group: string;
  stage: string;
  minutesAgo: number;
  accepted: number;
  who?: string;
}) {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, batch_id, connection_name, fhir_base_url, level, group_id, request,
       created_by, stage, created_at, ended_at)
     VALUES ($1, $2, 'test', 'https://fhir.example', 'group', $3, '{"resource_types":[]}', $4,
       $5::stage, now() - $6 * interval '1 minute',
       CASE WHEN $5 IN ('done', 'failed') THEN now() END)`,
    [id, of.batch ?? null, of.group, of.who ?? "ada", of.stage, of.minutesAgo],
  );
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, lines, accepted,
       expected_count)
     VALUES (gen_random_uuid(), $1, 1, 'output', 'Patient', 'https://fhir.example/1',
       $3::file_state, $2, $2, $2)`,
    [id, of.accepted, of.stage === "done" ? "loaded" : "failed"],
  );
  return id;
}

let alone: string;
beforeAll(async () => {
  await job({ batch, group: "A", stage: "done", minutesAgo: 10, accepted: 100 });
  await job({ batch, group: "B", stage: "failed", minutesAgo: 9, accepted: 5 });
  await job({ batch, group: "C", stage: "poll", minutesAgo: 8, accepted: 0 });
  alone = await job({ group: "D", stage: "done", minutesAgo: 5, accepted: 70, who: "Bob" });
});

const listed = (query: Record<string, unknown> = {}) => exportList(JobListQuery.parse(query));

test("jobs that were started together are one line with their sums", async () => {
  const { exports, total, jobs } = await listed();
  expect([total, jobs]).toEqual([2, 4]);
  expect(exports[0]?.job?.job_id).toBe(alone);
  expect(exports[1]?.batch).toMatchObject({
    batch_id: batch,
    jobs: 3,
    statuses: { completed: 1, failed: 1, "in-progress": 1 },
    completeness: "incomplete",
    groups: ["A", "B", "C"],
    files: 3,
    files_loaded: 1,
    records: 105,
    progress_ratio: 2 / 3,
    ended_at: null,
  });
});

test("a batch sorts by its sum and pages as one", async () => {
  const { exports, total } = await listed({ sort: "records", page_size: 1 });
  expect(total).toBe(2);
  expect(exports.map(({ batch: one }) => one?.batch_id)).toEqual([batch]);
  const later = await listed({ sort: "records", page_size: 1, page: 2 });
  expect(later.exports[0]?.job?.job_id).toBe(alone);
});

test("of a batch of which one job alone fits the filter that job is shown", async () => {
  const { exports, total } = await listed({ status: "failed" });
  expect(total).toBe(1);
  expect(exports[0]?.job?.group_id).toBe("B");
});

test("jobs sort by their records and by who started them", async () => {
  const order = async (sort: string) =>
    (await jobList(JobListQuery.parse({ sort, order: "desc" }))).jobs.map(
      ({ group_id }) => group_id,
    );
  expect(await order("records")).toEqual(["A", "D", "B", "C"]);
  expect((await order("who"))[0]).toBe("D");
});
