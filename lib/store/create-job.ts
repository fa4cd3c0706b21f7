import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { ExportRequest } from "@/lib/contract/export-request";
import type { JobPurpose } from "@/lib/contract/job";
import { type ClaimedJob, inTransaction } from "./claims";
import { addEvent } from "./events";

export type NewJob = {
  batchId?: string;
  connectionId: string;
  connectionName: string;
  fhirBaseUrl: string;
  level: "system" | "patient" | "group";
  groupId: string | null;
  groupName: string | null;
  /** how many patients the server's group has; not told where absent */
  groupPatients?: number | null;
  request: ExportRequest;
  createdBy: string;
  /** what it is for in an incremental export */
  purpose?: JobPurpose;
  /** of purpose members: the request for the history of who is new */
  membership?: { request: ExportRequest };
  /** from now to the kick-off */
  delaySeconds?: number;
  /** an export that runs at the server already: the job begins at poll */
  statusUrl?: string;
};

const modeOf = (job: NewJob) => (job.request.mode === "search" ? "search" : "bulk");

/** Stores jobs within a transaction. @returns their ids in order */
export async function insertJobs(client: pg.PoolClient, jobs: NewJob[]): Promise<string[]> {
  const jobIds: string[] = [];
  for (const [place, job] of jobs.entries()) {
    const jobId = randomUUID();
    await client.query(
      `INSERT INTO export_jobs (id, batch_id, connection_id, connection_name, fhir_base_url, level,
           group_id, group_name, request, created_by, created_at, mode, purpose, membership, group_patients,
           stage, status_url, kicked_off_at, next_run_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
         now() + $13 * interval '1 millisecond', $14, $15, $16, $17,
           CASE WHEN $11::text IS NULL THEN 'kickoff' ELSE 'poll' END::stage, $11,
           CASE WHEN $11::text IS NULL THEN NULL ELSE now() END,
           now() + make_interval(secs => $12))`,
      [
        jobId,
        job.batchId ?? null,
        job.connectionId,
        job.connectionName,
        job.fhirBaseUrl,
        job.level,
        job.groupId,
        job.groupName,
        JSON.stringify(job.request),
        job.createdBy,
        job.statusUrl ?? null,
        job.delaySeconds ?? 0,
        // Jobs that are started together keep their order in lists.
        place,
        modeOf(job),
        job.purpose ?? null,
        job.membership ? JSON.stringify(job.membership) : null,
        job.groupPatients ?? null,
      ],
    );
    if (job.statusUrl) await addEvent(client, jobId, "resume", { by: job.createdBy });
    jobIds.push(jobId);
  }
  return jobIds;
}

/**
 * Stores jobs, all or none; workers find them by themselves. The request is a snapshot: what is
 * changed in the connection later does not change the job.
 * @returns the job ids in order
 */
export function createJobs(jobs: NewJob[]): Promise<string[]> {
  return inTransaction((client) => insertJobs(client, jobs));
}

/**
 * Stores one job that this very process holds from its first instant on, so that no worker comes
 * before us.
 * @returns the job as a claim of it would
 */
export async function createHeldJob(
  job: NewJob,
  holder: string,
  leaseSeconds: number,
): Promise<ClaimedJob> {
  return inTransaction(async (client) => {
    const [jobId] = await insertJobs(client, [job]);
    await client.query(
      `UPDATE export_jobs SET locked_by = $2, locked_until = now() + make_interval(secs => $3)
       WHERE id = $1`,
      [jobId, holder, leaseSeconds],
    );
    return {
      jobId: jobId as string,
      holder,
      stage: "kickoff",
      mode: modeOf(job),
      modeReason: null,
      purpose: job.purpose ?? null,
      attempts: 0,
      putOffMs: 0,
      connectionId: job.connectionId,
      fhirBaseUrl: job.fhirBaseUrl,
      level: job.level,
      groupId: job.groupId,
      request: job.request,
      statusUrl: null,
      serverProgress: null,
      preparingSeconds: 0,
      settled: false,
    };
  });
}
