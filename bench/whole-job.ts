import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { purgeJob } from "@/lib/pipeline/commands";
import { database } from "@/lib/store/client";
import { createJobs } from "@/lib/store/create-job";
import { dataTables } from "@/lib/store/data-tables";
import { leanProcess } from "@/start/lean-process";
import { startChild } from "./child";
import type { DataSet } from "./data-sets";
import type { FileServer } from "./file-server";

export type Workers = {
  /** ends them; what the largest of them took of memory, and all together of CPU */
  stop: () => Promise<{ peakRssMb: number; cpuSeconds: number }>;
};

/** `count` worker processes as they are installed, with the database and BULK_DIR of this one, looking for work. */
export async function startWorkers(count = 1): Promise<Workers> {
  const children = await Promise.all(
    Array.from({ length: count }, () =>
      startChild("worker-process", { ...leanProcess, ownSession: true }),
    ),
  );
  const heard = async () =>
    Number((await database().pool.query("SELECT count(*) FROM workers")).rows[0]?.count);
  const before = await heard();
  for (const child of children) child.send("begin");
  // All have given a sign of life, then found nothing to do for a while.
  while ((await heard()) < before + count) await sleep(50);
  await sleep(500);
  return {
    async stop() {
      const told = await Promise.all(
        children.map((child) => {
          child.send("end");
          return child.answer<{ peakRssMb: number; cpuSeconds: number }>();
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

const rowsSql = `SELECT ${dataTables
  .map((table) => `(SELECT count(*) FROM ${table} WHERE etl_job_id = $1)`)
  .join(" + ")} AS rows`;

/** A job that takes longer stands still, or is of no interest here. */
const mostSeconds = 600;

export type JobTime = {
  jobId: string;
  /** from the moment the job is written to its end */
  seconds: number;
  firstRowSeconds: number | null;
};

/**
 * One export of all that the server has, done by whatever workers look for work.
 * @param begun told the job as soon as it is written
 * @throws Error where the job fails, or there are not as many rows as resources
 */
export async function runJob(
  server: FileServer,
  { resources }: DataSet,
  begun?: (jobId: string) => void,
): Promise<JobTime> {
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
  begun?.(jobId);
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
    if (elapsed() > mostSeconds) throw new Error(`the job is not done after ${mostSeconds} s`);
    await sleep(25);
  }
  const seconds = elapsed();
  const counted = await pool.query<{ rows: string }>(rowsSql, [jobId]);
  if (Number(counted.rows[0]?.rows) !== resources) {
    throw new Error(`${counted.rows[0]?.rows} rows of ${resources} resources`);
  }
  return { jobId, seconds, firstRowSeconds };
}

export type WorkedJob = JobTime & { peakRssMb: number; nodeCpuSeconds: number };

/** A whole job by new worker processes. */
export async function workJob(
  server: FileServer,
  data: DataSet,
  { workers = 1 } = {},
): Promise<WorkedJob> {
  const started = await startWorkers(workers);
  const [times, used] = await runJob(server, data).then(
    async (done) => [done, await started.stop()] as const,
    async (error) => {
      await started.stop();
      throw error;
    },
  );
  return { ...times, peakRssMb: used.peakRssMb, nodeCpuSeconds: used.cpuSeconds };
}

/** The same, removed afterwards. */
export const jobContender = (
  server: FileServer,
  data: DataSet,
  name = "whole job: kick-off to settled",
) => ({
  name,
  async run() {
    const job = await workJob(server, data);
    await purgeJob(job.jobId);
    return job;
  },
});
