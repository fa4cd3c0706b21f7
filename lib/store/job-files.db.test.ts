import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { FileListQuery } from "@/lib/contract/job";
import { database } from "./client";
import { addEvents } from "./events";
import { freshDatabase } from "./fresh-database";
import { fileList } from "./job-files";

await freshDatabase();
const { pool } = database();
const jobId = randomUUID();
await pool.query(
  `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
   VALUES ($1, 'test', 'https://fhir.example', 'system', '{"resource_types":[]}', 'test', 'load')`,
  [jobId],
);
await pool.query(
  `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, lines, accepted,
     rejected, expected_count, size_bytes, download_started_at, downloaded_at, locked_until)
   SELECT gen_random_uuid(), $1, n, CASE n WHEN 40 THEN 'error' ELSE 'output' END::file_kind,
     CASE WHEN n % 2 = 0 THEN 'Observation' ELSE 'Patient' END, 'https://fhir.example/' || n,
     CASE n WHEN 7 THEN 'failed' WHEN 8 THEN 'downloaded' ELSE 'loaded' END::file_state, 10,
     CASE n WHEN 11 THEN 9 ELSE 10 END, CASE n WHEN 11 THEN 1 ELSE 0 END,
     CASE n WHEN 13 THEN 12 ELSE 10 END, n * 1000, now() - interval '10 seconds',
     now() - interval '8 seconds', CASE n WHEN 8 THEN now() + interval '1 minute' END
   FROM generate_series(1, 40) AS n`,
  [jobId],
);
await addEvents(pool, [
  { jobId, event: "download_error", detail: { fileNo: 3 } },
  { jobId, event: "load_error", detail: { fileNo: 3 } },
  { jobId, event: "download_complete", detail: { fileNo: 3 } },
  { jobId, event: "download_error", detail: { fileNo: 7 } },
]);

const asked = async (query: Record<string, unknown>) => fileList(jobId, FileListQuery.parse(query));
const numbers = async (query: Record<string, unknown>) =>
  (await asked(query)).files.map(({ file_no }) => file_no);

test("files come in pages, in the manifest's order", async () => {
  expect(await numbers({ page_size: 3, page: 2 })).toEqual([4, 5, 6]);
  expect(await asked({ page_size: 3 })).toMatchObject({
    total: 40,
    retries: 3,
    types: ["Observation", "Patient", "error"],
  });
});

test("a file that somebody loads at this moment is found by that, and by nothing else", async () => {
  expect(await numbers({ states: "loading" })).toEqual([8]);
  expect(await numbers({ states: "downloaded" })).toEqual([]);
  expect(await numbers({ states: "failed,loading" })).toEqual([7, 8]);
});

test("the server's own reports are no data of their type", async () => {
  expect((await asked({ type: "Observation" })).total).toBe(19);
  expect(await numbers({ type: "error" })).toEqual([40]);
});

test("what does not add up: failed, rejected lines, not as announced", async () => {
  expect(await numbers({ amiss: "true" })).toEqual([7, 11, 13]);
});

test("tries that failed stay told after one succeeded, and sort", async () => {
  const { files } = await asked({ sort: "retries", order: "desc", page_size: 2 });
  expect(files.map(({ file_no, retries }) => [file_no, retries])).toEqual([
    [3, 2],
    [7, 1],
  ]);
});

test("speed is bytes by the time of the download", async () => {
  const { files } = await asked({ sort: "speed", order: "desc", page_size: 1 });
  expect(files[0]).toMatchObject({ file_no: 40, bytes_per_second: 20_000 });
});
