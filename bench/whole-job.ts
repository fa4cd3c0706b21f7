import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dropJob } from "@/lib/load/drop-job";
import { database } from "@/lib/store/client";
import { createJobs } from "@/lib/store/create-job";
import { dataTables } from "@/lib/store/data-tables";
import { startChild } from "./child";
import type { Contender, Sample } from "./compare";
import type { DataSet } from "./data-sets";
import type { FileServer } from "./file-server";
import type { Context } from "./suite";

export type Workers = {
  /** their BULK_DIR */
  bulkDir: string;
  /** ends them; what the largest of them took of memory, and all together of CPU */
  stop: () => Promise<{ peakRssMb: number; cpuSeconds: number }>;
};

/** `count` worker processes as they are installed, on one database and one BULK_DIR, looking for work. */
export async function startWorkers(
  { server, folder }: Pick<Context, "server" | "folder">,
  count = 1,
): Promise<Workers> {
  const bulkDir = await mkdtemp(path.join(folder, "bulk-"));
  const children = await Promise.all(
    Array.from({ length: count }, () =>
      startChild<{ peakRssMb: number; cpuSeconds: number }>("worker-process", {
        DATABASE_URL: server.url,
        BULK_DIR: bulkDir,
      }),
    ),
  );
  for (const child of children) child.send("begin");
  await sleep(500);
  return {
    bulkDir,
    async stop() {
      const told = await Promise.all(
        children.map((child) => {
          child.send("end");
          return child.answer();
        }),
      );
      return {
        peakRssMb: Math.max(...told.map(({ peakRssMb }) => peakRssMb)),
        cpuSeconds: told.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      };
    },
  };
}

const anyRowSql = `SELECT ${dataTables
  .map((table) => `EXISTS (SELECT FROM ${table} WHERE etl_job_id = $1)`)
  .join(" OR ")} AS any`;

export type JobTime = {
  jobId: string;
  /** from the moment the job is written to its end */
  seconds: number;
  firstRowSeconds: number | null;
};

/**
 * One export of all that the server has, done by whatever workers look for work.
 * @throws Error where the job fails, or a line has not become a row
 */
export async function runJob(server: FileServer, { resources }: DataSet): Promise<JobTime> {
  const { pool } = database();
  const connectionId = randomUUID();
  const fhirBaseUrl = `${server.url}/fhir`;
  await pool.query(
    `INSERT INTO connections (id, name, fhir_base_url, auth, updated_at)
     VALUES ($1, 'bench', $2, 'none', now())`,
    [connectionId, fhirBaseUrl],
  );
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const [jobId = ""] = await createJobs([
    {
      connectionId,
      connectionName: "bench",
      fhirBaseUrl,
      level: "group",
      groupId: "bench",
      groupName: "bench",
      request: { resource_types: [] },
      createdBy: "bench",
    },
  ]);
  let firstRowSeconds: number | null = null;
  for (;;) {
    const { rows } = await pool.query(
      "SELECT stage, error_message FROM export_jobs WHERE id = $1",
      [jobId],
    );
    if (rows[0]?.stage === "failed") throw new Error(`the job failed: ${rows[0].error_message}`);
    if (rows[0]?.stage === "done") break;
    if (firstRowSeconds === null && (await pool.query(anyRowSql, [jobId])).rows[0]?.any) {
      firstRowSeconds = elapsed();
    }
    await sleep(25);
  }
  const seconds = elapsed();
  const { rows } = await pool.query<{ lines: string }>(
    "SELECT sum(accepted + duplicates + rejected) AS lines FROM export_files WHERE job_id = $1",
    [jobId],
  );
  if (Number(rows[0]?.lines) !== resources) {
    throw new Error(`${rows[0]?.lines} of ${resources} lines are accounted for`);
  }
  return { jobId, seconds, firstRowSeconds };
}

/** A whole job by new worker processes, removed afterwards. */
export const jobContender = (
  context: Context,
  server: FileServer,
  data: DataSet,
  { name = "whole job: kick-off to settled", workers = 1 } = {},
): Contender => ({
  name,
  async run(): Promise<Sample> {
    const started = await startWorkers(context, workers);
    const { jobId, ...times } = await runJob(server, data);
    const { peakRssMb, cpuSeconds } = await started.stop();
    await dropJob(jobId);
    await rm(started.bulkDir, { recursive: true });
    return { ...times, peakRssMb, nodeCpuSeconds: cpuSeconds };
  },
});
