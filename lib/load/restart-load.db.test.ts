import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { LeaseLost } from "@/lib/store/lease-lost";
import { loadFile } from "./load-file";
import { prepareJob } from "./prepare-job";
import { restartLoad } from "./restart-load";
import { settleJob } from "./settle-job";

await freshDatabase();

const folder = mkdtempSync(path.join(tmpdir(), "restart-load-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = (...ids: string[]) =>
  ids.map((id) => `${JSON.stringify({ resourceType: "Patient", id })}\n`).join("");

async function newJob() {
  const jobId = randomUUID();
  const { pool } = database();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'group', '{}', 'test', 'load')`,
    [jobId],
  );
  await prepareJob(jobId);
  const file = async (fileNo: number, content: string, holder: string) => {
    const fileId = randomUUID();
    const where = path.join(folder, fileId);
    writeFileSync(where, content);
    await pool.query(
      `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by, path)
       VALUES ($1, $2, $3, 'output', 'Patient', 'https://fhir.example/f', 'downloaded', $4, $5)`,
      [fileId, jobId, fileNo, holder, where],
    );
    return {
      jobId,
      fileId,
      fileNo,
      kind: "output" as const,
      resourceType: "Patient",
      path: where,
      leaseHolder: holder,
    };
  };
  const ids = async () =>
    (
      await pool.query<{ id: string }>(
        "SELECT id FROM patients WHERE etl_job_id = $1 ORDER BY id",
        [jobId],
      )
    ).rows.map(({ id }) => id);
  return { jobId, file, ids };
}

test("a file that comes otherwise the second time leaves nothing of the first, and takes nothing from others", async () => {
  const { pool } = database();
  const job = await newJob();
  const one = await job.file(1, lines("a", "b"), "one");
  const two = await job.file(2, `${lines("b", "c")}not json\n`, "two");
  await loadFile(one);
  await loadFile(two);
  await pool.query("UPDATE export_files SET state = 'loaded', locked_by = NULL WHERE id = $1", [
    one.fileId,
  ]);

  // The second file's copy is lost; fetched again, it holds neither b nor c.
  expect(await restartLoad(two)).toBe(true);
  expect(await job.ids()).toEqual([]);
  const { rows } = await pool.query(
    `SELECT file_no, state, loaded_bytes::int AS bytes, lines::int, rejected::int, locked_by
       FROM export_files WHERE job_id = $1 ORDER BY file_no`,
    [job.jobId],
  );
  expect(rows).toEqual([
    { file_no: 1, state: "downloaded", bytes: 0, lines: 0, rejected: 0, locked_by: null },
    { file_no: 2, state: "downloaded", bytes: 0, lines: 0, rejected: 0, locked_by: "two" },
  ]);

  writeFileSync(two.path, lines("d"));
  await loadFile(two);
  await pool.query("UPDATE export_files SET locked_by = 'again' WHERE id = $1", [one.fileId]);
  await loadFile({ ...one, leaseHolder: "again" });
  await settleJob(job.jobId);
  expect(await job.ids()).toEqual(["a", "b", "d"]);
  const rejected = await pool.query("SELECT 1 FROM rejected_lines WHERE job_id = $1", [job.jobId]);
  expect(rejected.rowCount).toBe(0);
});

test("where nothing of the file was loaded the others' rows stay, and only its holder may ask", async () => {
  const job = await newJob();
  const one = await job.file(1, lines("a"), "one");
  const two = await job.file(2, lines("b"), "two");
  await loadFile(one);
  expect(await restartLoad(two)).toBe(false);
  expect(await job.ids()).toEqual(["a"]);
  await expect(restartLoad({ ...one, leaseHolder: "somebody else" })).rejects.toThrow(LeaseLost);
});
