import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase, removeJobs } from "@/lib/store/fresh-database";
import { prepareJob } from "./prepare-job";

// The views current_… of migration 0007: what they show of several jobs of one source.

beforeAll(freshDatabase);
beforeEach(removeJobs);

type Export = {
  at: string;
  request?: Record<string, unknown>;
  stage?: "done" | "failed" | "load";
  group?: string;
  /** resource → a mark of this version */
  rows?: Record<string, string>;
  deleted?: string[];
  rejected?: number;
  mode?: "bulk" | "search";
};

async function exported(options: Export): Promise<string> {
  const { pool } = database();
  const jobId = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, group_id, request, created_by,
                              stage, transaction_time, mode)
     VALUES ($1, 'c', 'https://fhir.example', 'group', $2, $3, 'test', $4, $5, $6)`,
    [
      jobId,
      options.group ?? "g1",
      JSON.stringify({ resource_types: [], ...options.request }),
      options.stage ?? "done",
      options.at,
      options.mode ?? "bulk",
    ],
  );
  const fileId = randomUUID();
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, url, state, rejected)
     VALUES ($1, $2, 1, 'output', 'https://fhir.example/1', 'loaded', $3)`,
    [fileId, jobId, options.rejected ?? 0],
  );
  await prepareJob(jobId);
  for (const [name, mark] of Object.entries(options.rows ?? {})) {
    const [type, id] = name.split("/");
    const values = [jobId, id, JSON.stringify({ mark })];
    if (type === "Condition") {
      await pool.query(
        `INSERT INTO conditions (etl_job_id, patient_id, id, file_no, line_no, resource)
         VALUES ($1, 'p1', $2, 1, 1, $3)`,
        values,
      );
    } else {
      await pool.query(
        `INSERT INTO resources (etl_job_id, patient_id, id, resource_type, file_no, line_no, resource)
         VALUES ($1, 'p1', $2, $4, 1, 1, $3)`,
        [...values, type],
      );
    }
  }
  for (const [no, name] of (options.deleted ?? []).entries()) {
    const [type, id] = name.split("/");
    await pool.query(
      `INSERT INTO deleted_resources (file_id, line_no, entry_no, job_id, resource_type, resource_id)
       VALUES ($1, 1, $2, $3, $4, $5)`,
      [fileId, no, jobId, type, id],
    );
  }
  return jobId;
}

/** What is current in the group: resource → mark. */
async function current(group = "g1"): Promise<Record<string, string>> {
  const { rows } = await database().pool.query<{ name: string; mark: string }>(
    `SELECT 'Condition/' || id AS name, resource->>'mark' AS mark
       FROM current_conditions WHERE group_id = $1
     UNION ALL
     SELECT resource_type || '/' || id, resource->>'mark'
       FROM current_resources WHERE group_id = $1`,
    [group],
  );
  return Object.fromEntries(rows.map(({ name, mark }) => [name, mark]));
}

const since = (at: string) => ({ request: { since: at } });

test("of each resource the newest version counts, whichever job was started first", async () => {
  await exported({ at: "2026-03-01", ...since("2026-02-01"), rows: { "Condition/a": "march" } });
  await exported({ at: "2026-01-01", rows: { "Condition/a": "january", "Claim/b": "january" } });
  expect(await current()).toEqual({ "Condition/a": "march", "Claim/b": "january" });
});

test("what the server said was deleted is gone until it comes again", async () => {
  await exported({
    at: "2026-01-01",
    rows: { "Condition/a": "1", "Claim/a": "1", "Claim/b": "1" },
  });
  await exported({ at: "2026-02-01", ...since("2026-01-01"), deleted: ["Claim/a", "Claim/b"] });
  expect(await current()).toEqual({ "Condition/a": "1" });
  await exported({ at: "2026-03-01", ...since("2026-02-01"), rows: { "Claim/b": "again" } });
  expect(await current()).toEqual({ "Condition/a": "1", "Claim/b": "again" });
});

test("a whole export without a resource ends it, for the types that it asked for", async () => {
  await exported({
    at: "2026-01-01",
    rows: { "Condition/a": "1", "Condition/b": "1", "Claim/a": "1" },
  });
  await exported({
    at: "2026-02-01",
    request: { resource_types: ["Condition"] },
    rows: { "Condition/a": "2" },
  });
  expect(await current()).toEqual({ "Condition/a": "2", "Claim/a": "1" });
});

test.each([
  ["of changes", since("2026-01-01")],
  ["of some patients", { request: { patient: ["Patient/p1"] } }],
  ["of filtered resources", { request: { type_filter: ["Condition?code=x"] } }],
  ["with rejected lines", { rejected: 1 }],
  ["by FHIR search", { mode: "search" as const }],
  ["that failed half-way", { stage: "failed" as const }],
])("an export %s adds versions and ends nothing", async (_name, options) => {
  await exported({ at: "2026-01-01", rows: { "Condition/a": "1", "Condition/b": "1" } });
  await exported({ at: "2026-02-01", ...options, rows: { "Condition/a": "2" } });
  expect(await current()).toEqual({ "Condition/a": "2", "Condition/b": "1" });
});

test("exports of some elements, running jobs and other groups do not touch it", async () => {
  await exported({ at: "2026-01-01", rows: { "Condition/a": "1" } });
  await exported({
    at: "2026-02-01",
    request: { elements: ["id"] },
    rows: { "Condition/a": "bare" },
  });
  await exported({ at: "2026-02-02", stage: "load", rows: { "Condition/a": "half" } });
  await exported({ at: "2026-02-03", group: "g2", rows: { "Condition/a": "other" } });
  expect(await current()).toEqual({ "Condition/a": "1" });
  expect(await current("g2")).toEqual({ "Condition/a": "other" });
});
