import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { LeaseLost } from "@/lib/store/lease-lost";
import { loadFile } from "./load-file";
import { loadFiles } from "./load-files";
import { prepareJob } from "./prepare-job";
import { settleJob } from "./settle-job";

await freshDatabase();
const { pool } = database();

const folder = mkdtempSync(path.join(tmpdir(), "load-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const patient = (id: string) => `${JSON.stringify({ resourceType: "Patient", id })}\n`;

/** A job with these files on disk, all of them claimed by "me". */
async function newJob(contents: string[]) {
  const jobId = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'group', '{}', 'test', 'load')`,
    [jobId],
  );
  await prepareJob(jobId);
  const files = contents.map((content, index) => {
    const file = path.join(folder, randomUUID());
    writeFileSync(file, content);
    return {
      fileId: randomUUID(),
      fileNo: index + 1,
      resourceType: "Patient",
      path: file,
      sizeBytes: Buffer.byteLength(content),
      leaseHolder: "me",
    };
  });
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by)
     SELECT id, $1, no, 'output', 'Patient', 'https://fhir.example/' || no, 'downloaded', 'me'
       FROM unnest($2::uuid[], $3::int[]) AS f (id, no)`,
    [jobId, files.map(({ fileId }) => fileId), files.map(({ fileNo }) => fileNo)],
  );
  return { jobId, leaseHolder: "me", files };
}

/** What must be the same whichever way the files were loaded. */
async function stateOf(jobId: string) {
  const rows = await pool.query(
    `SELECT patient_id, id, file_no, line_no, resource::text FROM patients
      WHERE etl_job_id = $1 ORDER BY id`,
    [jobId],
  );
  const files = await pool.query(
    `SELECT file_no, loaded_bytes::int AS bytes, lines::int, accepted::int, duplicates::int,
        rejected::int FROM export_files WHERE job_id = $1 ORDER BY file_no`,
    [jobId],
  );
  const rejected = await pool.query(
    `SELECT f.file_no, r.line_no, r.byte_offset::int AS at, r.reason_code
       FROM rejected_lines r JOIN export_files f ON f.id = r.file_id
      WHERE r.job_id = $1 ORDER BY 1, 2`,
    [jobId],
  );
  return { rows: rows.rows, files: files.rows, rejected: rejected.rows };
}

test("files loaded together have the rows, counters and rejected lines of files loaded one by one", async () => {
  const contents = [
    `${patient("a")}{broken\n${patient("b")}`,
    "",
    `\r\n${patient("c")}${patient("a")}`,
    `\ufeff${patient("é").trimEnd()}`,
    `${patient("b")}[]\n${patient("b")}`,
  ];
  const together = await newJob(contents);
  const single = await newJob(contents);
  // A row that is there already, from a file that was loaded before.
  const counts = await loadFiles({ ...together, files: together.files.slice(0, 2) });
  expect(counts.get(together.files[0]?.fileId ?? "")).toEqual({ lines: 3, rejected: 1 });
  expect((await loadFiles({ ...together, files: together.files.slice(2) })).size).toBe(3);
  const { rows } = await pool.query(
    "SELECT sum(lines - accepted - duplicates - rejected)::int AS open FROM export_files WHERE job_id = $1",
    [together.jobId],
  );
  expect(rows).toEqual([{ open: 0 }]);
  for (const file of single.files) {
    await loadFile({ ...single, ...file, kind: "output" });
  }
  await settleJob(together.jobId);
  await settleJob(single.jobId);
  expect(await stateOf(together.jobId)).toEqual(await stateOf(single.jobId));
});

test("of files that are another worker's, were loaded before or are not as they should be nothing is written", async () => {
  const job = await newJob([patient("a"), patient("b"), patient("c"), patient("d"), patient("e")]);
  const [first, lost, loaded, gone, short] = job.files;
  if (!first || !lost || !loaded || !gone || !short) throw new Error("five files");
  await pool.query("UPDATE export_files SET locked_by = 'somebody' WHERE id = $1", [lost.fileId]);
  await loadFiles({ ...job, files: [loaded] });
  rmSync(gone.path);
  writeFileSync(short.path, "{");
  expect([...(await loadFiles(job)).keys()]).toEqual([first.fileId]);
  const { rows, files } = await stateOf(job.jobId);
  expect(rows.map(({ id }) => id)).toEqual(["a", "c"]);
  expect(files.map(({ lines }) => lines)).toEqual([1, 0, 1, 0, 0]);
  await expect(loadFiles({ ...job, files: [lost] })).rejects.toThrow(LeaseLost);
  expect((await loadFiles({ ...job, files: [gone] })).size).toBe(0);
});

test("what is set and noted of files that come from memory is there with their rows, or not at all", async () => {
  const job = await newJob([patient("a"), "", patient("b")]);
  const files = job.files.map((file) => ({
    ...file,
    content: readFileSync(file.path),
    storedAs: `job/${file.fileNo}`,
  }));
  for (const file of files) rmSync(file.path);
  const set = "state = 'loaded', path = d.path, size_bytes = d.bytes, locked_by = NULL";
  const refuses = async () => {
    throw new Error("not noted");
  };
  const failing = loadFiles({ ...job, files, alongside: { set, note: refuses } });
  await expect(failing).rejects.toThrow("not noted");
  expect((await stateOf(job.jobId)).rows).toEqual([]);

  const noted: string[] = [];
  const note = async (_client: unknown, counts: ReadonlyMap<string, unknown>) => {
    noted.push(...counts.keys());
  };
  await loadFiles({ ...job, files, alongside: { set, note } });
  expect(noted).toEqual(files.map(({ fileId }) => fileId));
  const { rows } = await pool.query(
    `SELECT state, path, size_bytes::int AS size, loaded_bytes::int AS loaded, locked_by AS holder
       FROM export_files WHERE job_id = $1 ORDER BY file_no`,
    [job.jobId],
  );
  const stored = (no: number, size: number) => ({
    state: "loaded",
    path: `job/${no}`,
    size,
    loaded: size,
    holder: null,
  });
  expect(rows).toEqual(files.map(({ fileNo, sizeBytes }) => stored(fileNo, sizeBytes)));
  // Nothing is written twice, though no byte of an empty file tells that it is loaded.
  const again = loadFiles({ ...job, files, alongside: { set, note } });
  await expect(again).rejects.toThrow(LeaseLost);
  expect((await stateOf(job.jobId)).rows.map(({ id }) => id)).toEqual(["a", "b"]);
});

test("of a resource that two files hold the later file's stays, though it came first", async () => {
  const contents = [`${patient("a")}${patient("b")}`, `${patient("a")}${patient("c")}`];
  const [inOrder, reversed] = [await newJob(contents), await newJob(contents)];
  await loadFiles(inOrder);
  await loadFiles({ ...reversed, files: [...reversed.files].reverse() });
  await Promise.all([settleJob(inOrder.jobId), settleJob(reversed.jobId)]);
  expect(await stateOf(reversed.jobId)).toEqual(await stateOf(inOrder.jobId));
});
