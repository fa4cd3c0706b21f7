import { randomUUID } from "node:crypto";
import { loadFile } from "@/lib/load/load-file";
import { loadFiles } from "@/lib/load/load-files";
import { prepareJob } from "@/lib/load/prepare-job";
import { settleJob } from "@/lib/load/settle-job";
import { closeDatabase, database } from "@/lib/store/client";
import type { DataFile } from "./data";

// A process of its own, so that its memory and CPU are the loader's alone: what the worker does with
// files that are on disk, through the same functions, at most `atOnce` files at a time.

/** As a claim takes them (lib/store/claims): small files go together. */
const batchBytes = 4 * 1024 * 1024;
const batchFiles = 500;

function batchesOf(files: DataFile[]): number[][] {
  const batches: number[][] = [];
  let bytes = 0;
  for (const [index, file] of files.entries()) {
    const last = batches.at(-1);
    bytes += file.bytes;
    if (last && last.length < batchFiles && bytes <= batchBytes) last.push(index);
    else {
      batches.push([index]);
      bytes = file.bytes;
    }
  }
  return batches;
}

export type LoadRequest = { files: DataFile[]; atOnce: number };
export type LoadAnswer = {
  jobId: string;
  seconds: number;
  loadSeconds: number;
  cpuSeconds: number;
  peakRssMb: number;
  accepted: number;
  duplicates: number;
  rejected: number;
};

async function load({ files, atOnce }: LoadRequest): Promise<LoadAnswer> {
  const { pool } = database();
  const jobId = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'bench', 'https://bench.example', 'group', '{}', 'bench', 'done')`,
    [jobId],
  );
  const ids = files.map(() => randomUUID());
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by, path)
     SELECT id, $1, no, 'output', type, 'https://bench.example/' || no, 'downloaded', 'bench', path
       FROM unnest($2::uuid[], $3::int[], $4::text[], $5::text[]) AS f(id, no, type, path)`,
    [
      jobId,
      ids,
      files.map((_, index) => index + 1),
      files.map((f) => f.type),
      files.map((f) => f.path),
    ],
  );
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await prepareJob(jobId);
  const batches = batchesOf(files);
  const fileOf = (index: number) => {
    const { type: resourceType, path, bytes: sizeBytes } = files[index] as DataFile;
    const fileId = ids[index] ?? "";
    return { fileId, fileNo: index + 1, resourceType, path, sizeBytes, leaseHolder: "bench" };
  };
  const lane = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const [first = 0] = batch;
      if (batch.length > 1) await loadFiles({ jobId, files: batch.map(fileOf) });
      else await loadFile({ jobId, kind: "output", ...fileOf(first) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const loadSeconds = (performance.now() - startedAt) / 1000;
  await settleJob(jobId);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  const { rows } = await pool.query<{ accepted: string; duplicates: string; rejected: string }>(
    `SELECT sum(accepted) AS accepted, sum(duplicates) AS duplicates, sum(rejected) AS rejected
       FROM export_files WHERE job_id = $1`,
    [jobId],
  );
  return {
    jobId,
    seconds,
    loadSeconds,
    cpuSeconds: (user + system) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    accepted: Number(rows[0]?.accepted),
    duplicates: Number(rows[0]?.duplicates),
    rejected: Number(rows[0]?.rejected),
  };
}

process.once("message", (request: LoadRequest) => {
  load(request)
    .then((answer) => process.send?.({ answer }))
    .catch((error: Error) => process.send?.({ error: error.stack ?? error.message }))
    .finally(() => closeDatabase())
    .finally(() => process.disconnect?.());
});
process.send?.("ready");
