import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { database } from "./client";
import { freshDatabase } from "./fresh-database";
import { throughputOf } from "./throughput";

await freshDatabase();
const { pool } = database();

async function jobWithFiles(files: number): Promise<string> {
  const jobId = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'system', '{"resource_types":[]}', 'test', 'load')`,
    [jobId],
  );
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url)
     SELECT gen_random_uuid(), $1, n, 'output', 'Patient', 'https://fhir.example/' || n
       FROM generate_series(1, $2) AS n`,
    [jobId, files],
  );
  return jobId;
}

/** As if everything until now had happened so many seconds earlier. */
const letTimePass = (jobId: string, seconds: number) =>
  pool.query("UPDATE job_throughput SET at = at - $2 * interval '1 second' WHERE job_id = $1", [
    jobId,
    seconds,
  ]);

const end = (jobId: string) =>
  pool.query("UPDATE export_jobs SET stage = 'done', ended_at = now() WHERE id = $1", [jobId]);

const sums = async (jobId: string) =>
  (await throughputOf(jobId)).points.reduce(
    (sum, point) => ({
      records: sum.records + point.records,
      loaded: sum.loaded + point.loaded_bytes,
      received: sum.received + point.received_bytes,
    }),
    { records: 0, loaded: 0, received: 0 },
  );

test("whoever writes counters writes throughput, once a statement however many files", async () => {
  const jobId = await jobWithFiles(500);
  await pool.query("UPDATE export_files SET locked_by = 'w' WHERE job_id = $1", [jobId]);
  expect((await throughputOf(jobId)).points).toEqual([]);
  await pool.query("UPDATE export_files SET size_bytes = 1000 WHERE job_id = $1", [jobId]);
  await pool.query(
    "UPDATE export_files SET loaded_bytes = 1000, lines = 3, accepted = 2 WHERE job_id = $1",
    [jobId],
  );
  expect(await sums(jobId)).toEqual({ records: 1500, loaded: 500_000, received: 500_000 });
});

test("what begins anew takes nothing back that was done", async () => {
  const jobId = await jobWithFiles(1);
  for (const [bytes, lines] of [
    [4000, 40],
    [0, 0],
    [6000, 60],
  ])
    await pool.query("UPDATE export_files SET loaded_bytes = $2, lines = $3 WHERE job_id = $1", [
      jobId,
      bytes,
      lines,
    ]);
  expect(await sums(jobId)).toEqual({ records: 100, loaded: 10_000, received: 0 });
});

test("an hour and a day are told in some hundred even spans, with the pauses, and nothing is lost", async () => {
  const jobId = await jobWithFiles(1);
  let lines = 0;
  const load = async () => {
    lines += 10;
    await pool.query("UPDATE export_files SET loaded_bytes = $2, lines = $2 WHERE job_id = $1", [
      jobId,
      lines,
    ]);
  };
  const spans: number[] = [];
  for (const seconds of [0, 30, 60, 200, 3_600, 7_200, 86_400]) {
    await letTimePass(jobId, seconds);
    await load();
    const { step_seconds, points } = await throughputOf(jobId);
    spans.push(step_seconds);
    expect(points.length).toBeLessThanOrEqual(122);
    const times = points.map(({ at }) => Date.parse(at));
    expect(times.slice(1).every((at, n) => at - (times[n] ?? 0) === step_seconds * 1000)).toBe(
      true,
    );
    expect(await sums(jobId)).toMatchObject({ records: lines });
  }
  expect(spans).toEqual([1, 1, 1, 4, 64, 128, 1024]);
});

test("a job that stands still shows it; of one that has ended the time after it is none of its", async () => {
  const jobId = await jobWithFiles(1);
  await pool.query("UPDATE export_files SET loaded_bytes = 5, lines = 5 WHERE job_id = $1", [
    jobId,
  ]);
  await letTimePass(jobId, 20);
  expect((await throughputOf(jobId)).points.length).toBeGreaterThanOrEqual(20);
  await end(jobId);
  expect((await throughputOf(jobId)).points).toHaveLength(1);
});
