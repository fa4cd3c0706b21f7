import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import {
  claimFiles,
  claimJob,
  releaseFiles,
  renewFile,
  renewJob,
  whileFileHeld,
  whileJobHeld,
} from "./claims";
import { database } from "./client";
import { createHeldJob, type NewJob } from "./create-job";
import { storeDownloaded, storeFileFailure } from "./file-writes";
import { freshDatabase } from "./fresh-database";
import { jobForTests } from "./job-for-tests";
import { storeCancel, storePurge, storeRetry } from "./job-orders";
import { storeDownloadedJob, storeKickOff, storeManifest } from "./job-writes";
import { LeaseLost } from "./lease-lost";

await freshDatabase();
const { pool } = database();
const holder = () => randomUUID();
/** The first file of a claim: jobs with few files give one at a time. */
const claimFile = async (...claim: Parameters<typeof claimFiles>) =>
  (await claimFiles(...claim))[0] ?? null;

const newJob = (change: Partial<NewJob> = {}) =>
  jobForTests({ level: "group", groupId: "g1", groupName: "Group one", ...change });

/** A job whose manifest has come, with so many files. */
async function jobWithFiles(count: number): Promise<string> {
  const jobId = await newJob({ statusUrl: "https://bulk.example.org/status/1" });
  const job = await claimJob(holder(), 20);
  if (job?.jobId !== jobId) throw new Error("another job was due");
  await storeManifest(job, {
    transactionTime: new Date(),
    requiresAccessToken: false,
    raw: {},
    pages: [{ output: 1, deleted: 0, error: 0 }],
    files: Array.from({ length: count }, (_, n) => ({
      kind: "output" as const,
      resourceType: "Patient",
      url: `https://bulk.example.org/files/${n}`,
      expectedCount: 10,
    })),
  });
  return jobId;
}

/** As if the holder had been silent for the whole of its lease. */
const letLeasesRunOut = () =>
  pool.query(`WITH j AS (UPDATE export_jobs SET locked_until = now() - interval '1 s'
                WHERE locked_by IS NOT NULL)
              UPDATE export_files SET locked_until = now() - interval '1 s'
                WHERE locked_by IS NOT NULL`);

beforeEach(() => pool.query("TRUNCATE export_jobs, connections CASCADE"));

test("a job that is due is claimed once, however many ask at the same time", async () => {
  const jobId = await newJob();
  const claims = await Promise.all(Array.from({ length: 12 }, () => claimJob(holder(), 20)));
  expect(claims.filter(Boolean).map((claim) => claim?.jobId)).toEqual([jobId]);
});

test("every file is claimed once, and not before the manifest has come", async () => {
  await newJob();
  expect(await claimFile(holder(), 20, "pending")).toBeNull();
  await pool.query("TRUNCATE export_jobs CASCADE");
  await jobWithFiles(50);
  const claimed: string[] = [];
  const claimAll = async () => {
    for (let misses = 0; misses < 5; ) {
      const files = await claimFiles(holder(), 20, "pending");
      claimed.push(...files.map((file) => file.fileId));
      if (files.length === 0) misses += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, claimAll));
  expect(claimed).toHaveLength(50);
  expect(new Set(claimed).size).toBe(50);
});

test("a job with thousands of files leaves room for the files of a small one", async () => {
  await jobWithFiles(3000);
  const small = await jobWithFiles(5);
  const jobs: string[] = [];
  for (let n = 0; n < 60; n += 1) {
    jobs.push((await claimFile(holder(), 20, "pending"))?.jobId ?? "");
  }
  expect(jobs.filter((jobId) => jobId === small)).toHaveLength(5);
});

test("a job is not claimed before its time", async () => {
  await newJob({ delaySeconds: 60 });
  expect(await claimJob(holder(), 20)).toBeNull();
  // Rounded up, as the column does with the second half of a millisecond: due all the same.
  await pool.query("UPDATE export_jobs SET next_run_at = now() + interval '0.4 ms'");
  expect(await claimJob(holder(), 20)).not.toBeNull();
});

test("a lease that ran out is taken over, and what its first holder writes then is refused", async () => {
  const jobId = await newJob();
  const first = await claimJob(holder(), 20);
  if (!first) throw new Error("nothing claimed");
  expect(await claimJob(holder(), 20)).toBeNull();
  await letLeasesRunOut();
  const second = await claimJob(holder(), 20);
  expect(second?.jobId).toBe(jobId);

  expect(await renewJob(first, 20)).toBe(false);
  const write = storeKickOff(first, { statusUrl: "https://bulk.example.org/old", event: {} });
  await expect(write).rejects.toThrow(LeaseLost);
  const { rows } = await pool.query("SELECT stage, status_url FROM export_jobs");
  expect(rows).toEqual([{ stage: "kickoff", status_url: null }]);
});

test("a lease that ran out and was not taken over can still be written under", async () => {
  await newJob();
  const job = await claimJob(holder(), 20);
  if (!job) throw new Error("nothing claimed");
  await letLeasesRunOut();
  await storeKickOff(job, { statusUrl: "https://bulk.example.org/status/1", event: {} });
  const { rows } = await pool.query("SELECT stage, locked_by FROM export_jobs");
  expect(rows).toEqual([{ stage: "poll", locked_by: null }]);
});

test("a file given back is due at once, with nothing counted against it", async () => {
  await jobWithFiles(1);
  const file = await claimFile(holder(), 20, "pending");
  if (!file) throw new Error("nothing claimed");
  expect(await renewFile(file, 20, 1234)).toBe(true);
  await releaseFiles([file]);
  const again = await claimFile(holder(), 20, "pending");
  expect(again).toMatchObject({ fileId: file.fileId, attempts: 0 });
});

test("a job moves on once no file is left in its stage, and not before", async () => {
  const jobId = await jobWithFiles(2);
  expect(await claimJob(holder(), 20)).toBeNull();
  for (const left of [1, 0]) {
    const file = await claimFile(holder(), 20, "pending");
    if (!file) throw new Error("nothing claimed");
    await storeDownloaded([{ file, path: "x", sizeBytes: 1, keep: false }]);
    const job = await claimJob(holder(), 20);
    if (left > 0) expect(job).toBeNull();
    else {
      expect(job).toMatchObject({ jobId, stage: "download" });
      if (job) await storeDownloadedJob(job);
    }
  }
  // Both still have to be loaded.
  expect(await claimJob(holder(), 20)).toBeNull();
  await pool.query("UPDATE export_files SET state = 'loaded'");
  expect(await claimJob(holder(), 20)).toMatchObject({ jobId, stage: "load" });
});

test("the same manifest stored twice makes the same files once, with the fresh links", async () => {
  const jobId = await newJob({ statusUrl: "https://bulk.example.org/status/1" });
  const manifest = {
    transactionTime: null,
    requiresAccessToken: false,
    raw: {},
    pages: [{ output: 1, deleted: 0, error: 0 }],
    files: [
      { kind: "output" as const, resourceType: null, url: "https://x/1", expectedCount: null },
    ],
  };
  const job = { ...(await claimJob(holder(), 20)), holder: "h" } as never as Parameters<
    typeof storeManifest
  >[0];
  for (let n = 0; n < 2; n += 1) {
    await pool.query("UPDATE export_jobs SET locked_by = 'h' WHERE id = $1", [jobId]);
    for (const file of manifest.files) file.url = `https://x/1?fresh=${n}`;
    await storeManifest(job, manifest);
  }
  const { rows } = await pool.query("SELECT file_no, url FROM export_files");
  expect(rows).toEqual([{ file_no: 1, url: "https://x/1?fresh=1" }]);
});

test("a cancel takes the leases of the job and its files away", async () => {
  const jobId = await jobWithFiles(3);
  const file = await claimFile(holder(), 20, "pending");
  if (!file) throw new Error("nothing claimed");
  await storeCancel(jobId, "somebody");

  expect(await renewFile(file, 20, 0)).toBe(false);
  await expect(whileFileHeld(file, async () => {})).rejects.toThrow(LeaseLost);
  expect(await claimFile(holder(), 20, "pending")).toBeNull();
  expect(await claimJob(holder(), 20)).toBeNull();
  await expect(storeCancel(jobId, "somebody")).rejects.toMatchObject({ code: "job-ended" });
});

test("a kick-off that is under way when its job is cancelled cannot bring it back", async () => {
  const held = await createHeldJob(
    {
      connectionId: (
        await pool.query(
          `INSERT INTO connections (id, name, fhir_base_url, auth, updated_at)
         VALUES (gen_random_uuid(), 'T', 'https://x', 'none', now()) RETURNING id`,
        )
      ).rows[0].id,
      connectionName: "T",
      fhirBaseUrl: "https://x",
      level: "system",
      groupId: null,
      groupName: null,
      request: { resource_types: [] },
      createdBy: "test",
    },
    holder(),
    20,
  );
  expect(await claimJob(holder(), 20)).toBeNull();
  await storeCancel(held.jobId, "somebody");
  await expect(whileJobHeld(held, async () => {})).rejects.toThrow(LeaseLost);
});

test("a retry does the failed files again and leaves the others alone", async () => {
  const jobId = await jobWithFiles(3);
  const [one, two] = [
    await claimFile(holder(), 20, "pending"),
    await claimFile(holder(), 20, "pending"),
  ];
  if (!one || !two) throw new Error("nothing claimed");
  await storeFileFailure(one, new AppError("download-refused", { status: 404, reason: "gone" }));
  await storeDownloaded([{ file: two, path: "x", sizeBytes: 1, keep: false }]);
  await expect(storeRetry(jobId, "x", () => "download")).rejects.toMatchObject({
    code: "job-not-resumable",
  });
  await pool.query(
    `UPDATE export_jobs SET stage = 'failed', ended_at = now(), error_code = 'files-failed'`,
  );
  await storeRetry(jobId, "x", (job) => (job.files === 3 ? "download" : "kickoff"));
  const { rows } = await pool.query(
    "SELECT file_no, state, attempts, error_code FROM export_files ORDER BY file_no",
  );
  expect(rows).toEqual([
    { file_no: one.fileNo, state: "pending", attempts: 0, error_code: null },
    { file_no: two.fileNo, state: "downloaded", attempts: 0, error_code: null },
    { file_no: 3, state: "pending", attempts: 0, error_code: null },
  ]);
});

test("only an ended job can be removed", async () => {
  const jobId = await jobWithFiles(2);
  await expect(storePurge(jobId, async () => {})).rejects.toMatchObject({ code: "job-not-ended" });
  await storeCancel(jobId, "x");
  await storePurge(jobId, async () => {});
  const { rows } = await pool.query("SELECT count(*)::int AS n FROM export_files");
  expect(rows).toEqual([{ n: 0 }]);
  await expect(storePurge(jobId, async () => {})).rejects.toMatchObject({ code: "not-found" });
});
