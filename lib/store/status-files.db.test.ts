import { randomUUID } from "node:crypto";
import { expect, test, vi } from "vitest";
import { database } from "./client";
import { freshDatabase } from "./fresh-database";
import { jobDetail } from "./jobs";

await freshDatabase();

test("a status of thousands of files lists a thousand, failed ones among them, and sums all of them up", async () => {
  const { pool } = database();
  const jobId = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage, manifest)
     VALUES ($1, 'test', 'https://fhir.example', 'system', '{"resource_types":[]}', 'test', 'load', '{}')`,
    [jobId],
  );
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, lines, accepted,
                               expected_count)
     SELECT gen_random_uuid(), $1, n, CASE WHEN n = 3000 THEN 'error' ELSE 'output' END::file_kind,
            CASE WHEN n % 2 = 0 THEN 'Observation' ELSE 'Patient' END, 'https://fhir.example/' || n,
            CASE WHEN n = 2900 THEN 'failed' ELSE 'loaded' END::file_state, 10, 9,
            CASE WHEN n = 7 THEN 11 ELSE 10 END
       FROM generate_series(1, 3000) AS n`,
    [jobId],
  );
  const some = await jobDetail(jobId);
  expect(some.files.map(({ file_no }) => file_no)).toEqual([
    ...Array.from({ length: 999 }, (_, index) => index + 1),
    2900,
  ]);
  expect(some).toMatchObject({
    files_left_out: 2000,
    files_mismatched: 1,
    manifest: null,
    types: [
      { type: "Patient", files: 1500, lines: 15_000, accepted: 13_500, expected: 15_001 },
      { type: "Observation", files: 1499, lines: 14_990, accepted: 13_491, expected: 14_990 },
    ],
  });
  const all = await jobDetail(jobId, { files: "all" });
  expect(all.files.map(({ file_no }) => file_no)).toEqual(
    Array.from({ length: 3000 }, (_, index) => index + 1),
  );
  expect(all).toMatchObject({ files_left_out: 0, manifest: {}, types: some.types });
});

test("a status that tells of an end tells the files of the end: nobody asks again", async () => {
  const { pool } = database();
  const jobId = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage, manifest)
     VALUES ($1, 'test', 'https://fhir.example', 'system', '{"resource_types":[]}', 'test', 'load', '{}')`,
    [jobId],
  );
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state)
     VALUES (gen_random_uuid(), $1, 1, 'output', 'Patient', 'https://fhir.example/1', 'downloaded')`,
    [jobId],
  );
  const worker = await pool.connect();
  try {
    // The job ends while its status is being read, before its own row is.
    await worker.query("BEGIN");
    await worker.query("LOCK TABLE export_jobs IN ACCESS EXCLUSIVE MODE");
    const status = jobDetail(jobId);
    await vi.waitFor(async () => {
      const waiting =
        "SELECT FROM pg_locks WHERE relation = 'export_jobs'::regclass AND NOT granted";
      expect((await pool.query(waiting)).rowCount).toBeGreaterThan(0);
    });
    await worker.query("UPDATE export_files SET state = 'loaded', lines = 7 WHERE job_id = $1", [
      jobId,
    ]);
    await worker.query("UPDATE export_jobs SET stage = 'done', ended_at = now() WHERE id = $1", [
      jobId,
    ]);
    await worker.query("COMMIT");
    expect(await status).toMatchObject({
      stage: "done",
      totals: { lines: 7 },
      files: [{ state: "loaded" }],
      types: [{ lines: 7 }],
    });
  } finally {
    worker.release();
  }
});
