import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { database } from "@/lib/store/client";
import { createJobs } from "@/lib/store/create-job";
import type { DataFile } from "./data";

async function start(name: string, env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, `${name}.ts`), {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, LOG_LEVEL: "warn", ...env },
  });
  await once(child, "message");
  return child;
}

export type FileServer = { url: string; stop: () => void };

/** Hands out `files` at /file/0, /file/1, … and as a bulk export at /fhir. */
export async function startFileServer(files: readonly DataFile[]): Promise<FileServer> {
  const child = await start("file-server-process");
  child.send(files);
  const [{ url }] = await once(child, "message");
  return { url, stop: () => child.disconnect() };
}

/** The files to disk with fetch, two at a time, and nothing else. @returns seconds */
export async function plainDownload(
  server: FileServer,
  files: readonly DataFile[],
  folder: string,
): Promise<number> {
  const target = await mkdtemp(path.join(folder, "download-"));
  const startedAt = performance.now();
  let next = 0;
  const lane = async () => {
    for (let no = next++; no < files.length; no = next++) {
      const { body } = await fetch(`${server.url}/file/${no}`);
      if (!body) throw new Error("no body");
      await pipeline(
        Readable.fromWeb(body as never),
        createWriteStream(path.join(target, `${no}`)),
      );
    }
  };
  await Promise.all([lane(), lane()]);
  const seconds = (performance.now() - startedAt) / 1000;
  await rm(target, { recursive: true });
  return seconds;
}

export type EndToEnd = {
  jobId: string;
  /** from the moment the job is written to its end */
  seconds: number;
  records: number;
  peakRssMb: number;
  cpuSeconds: number;
};

/** A whole job by a worker process of its own: kick-off, status, downloads, loads, settled. */
export async function endToEnd(
  databaseUrl: string,
  server: FileServer,
  folder: string,
): Promise<EndToEnd> {
  const bulkDir = await mkdtemp(path.join(folder, "bulk-"));
  const { pool } = database();
  const connectionId = randomUUID();
  const fhirBaseUrl = `${server.url}/fhir`;
  await pool.query(
    `INSERT INTO connections (id, name, fhir_base_url, auth, updated_at)
     VALUES ($1, 'bench', $2, 'none', now())`,
    [connectionId, fhirBaseUrl],
  );
  const worker = await start("worker-process", { DATABASE_URL: databaseUrl, BULK_DIR: bulkDir });
  worker.send("begin");
  // It looks for work already.
  await sleep(500);
  const startedAt = performance.now();
  const [jobId = ""] = await createJobs([
    {
      connectionId,
      connectionName: "bench",
      fhirBaseUrl,
      level: "system",
      groupId: null,
      groupName: null,
      request: { resource_types: [] },
      createdBy: "bench",
    },
  ]);
  for (;;) {
    const { rows } = await pool.query(
      "SELECT stage, error_message FROM export_jobs WHERE id = $1",
      [jobId],
    );
    if (rows[0]?.stage === "done") break;
    if (rows[0]?.stage === "failed") throw new Error(`the job failed: ${rows[0].error_message}`);
    await sleep(25);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  worker.send("end");
  const [{ peakRssMb, cpuSeconds }] = await once(worker, "message");
  const { rows } = await pool.query<{ records: string }>(
    "SELECT sum(accepted) AS records FROM export_files WHERE job_id = $1",
    [jobId],
  );
  await rm(bulkDir, { recursive: true });
  return { jobId, seconds, records: Number(rows[0]?.records), peakRssMb, cpuSeconds };
}
