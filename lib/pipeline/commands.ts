import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CancelBatchAnswer,
  ExportRequest,
  type IncrementalAnswer,
  type KickOffBody,
  type StartExportAnswer,
  type StartExportBody,
} from "@/lib/contract/export-request";
import type { JobDetail, ResumeBody } from "@/lib/contract/job";
import { AppError } from "@/lib/errors";
import { readGroup } from "@/lib/fhir/groups";
import { setReadTimeout } from "@/lib/fhir/send";
import { webAddress } from "@/lib/fhir/web-address";
import { checkTypeFilter } from "@/lib/kickoff/check-type-filter";
import { baseOfStatusUrl, splitServerUrl } from "@/lib/kickoff/split-server-url";
import { dropJob } from "@/lib/load/drop-job";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { changesSince } from "@/lib/store/changes-since";
import { createHeldJob, createJobs, type NewJob } from "@/lib/store/create-job";
import { storeCancel, storePurge, storeRetry } from "@/lib/store/job-orders";
import { jobDetail, runningOf } from "@/lib/store/jobs";
import { startIncremental } from "@/lib/store/start-incremental";
import { storeGroupPatients } from "@/lib/store/store-group-patients";
import { advanceJob, deleteExport } from "./advance-job";
import { authorize } from "./authorize";
import { connectionOf, knownConnection } from "./connection-of";
import { stageFunctions } from "./stage-functions";
import { stageToRetry } from "./stages";
import { withToken } from "./with-token";

// What a person or a script may order. Routes call these; they answer with the contract's shapes.

/** Who orders: an e-mail address or "key:<prefix>" (lib/session knows more). */
type By = { label: string };

/** How long a person waits for the server to be told of a cancel; the telling goes on. */
const tellWithinMs = 3_000;

async function newJobOf(body: KickOffBody, by: By): Promise<NewJob> {
  checkTypeFilter(body.type_filter);
  const server = splitServerUrl(body.fhir_server_url);
  const connection = await connectionOf(body, server.fhirBaseUrl, by.label);
  return {
    connectionId: connection.connectionId,
    connectionName: connection.name,
    fhirBaseUrl: server.fhirBaseUrl,
    level: server.level,
    groupId: server.groupId,
    groupName: (server.level === "group" && body.group_name) || null,
    request: ExportRequest.parse(body),
    createdBy: by.label,
  };
}

/**
 * How many patients the group has, of which a script tells the id alone: against that completeness
 * compares those that arrive. One request; where the server does not tell, it stays unknown.
 */
async function learnGroupPatients(jobId: string, job: NewJob): Promise<void> {
  const { connectionId, fhirBaseUrl, groupId } = job;
  if (!groupId) return;
  try {
    const { patients } = await withToken(
      (options) => authorize(connectionId, options),
      (token) => readGroup({ fhirBaseUrl, token }, groupId),
    );
    if (patients !== null) await storeGroupPatients(jobId, patients);
  } catch (error) {
    // The words may be the server's, and name a patient.
    const code = error instanceof AppError ? error.code : undefined;
    log().info({ jobId, code }, "how many patients the group has was not told");
  }
}

/**
 * `POST /api/bulk-data/kick-off`: stores the job and makes the kick-off request to the FHIR server
 * within the call, so that the answer holds its status URL. Where that takes longer than callers
 * wait, or the server asks us to come later, the answer has `status_url: null` and the job goes on
 * by itself.
 * @param options.answerWithinMs callers give up after 30 s
 * @throws AppError for what is wrong with the body (url-invalid, key-…, config-missing-field,
 *   filter-parameter), and
 *   for the server's refusal (smart-auth-…, kickoff-refused, …; `evidence.job_id` names the failed job)
 */
export async function kickOffJob(
  body: KickOffBody,
  by: By,
  { answerWithinMs = 25_000 } = {},
): Promise<JobDetail> {
  setReadTimeout(env().HTTP_TIMEOUT_READ * 1_000);
  const job = await newJobOf(body, by);
  const leaseSeconds = env().WORKER_LEASE_SECONDS;
  const held = await createHeldJob(job, `kick-off:${process.pid}:${randomUUID()}`, leaseSeconds);
  const late = new AbortController();
  const outcome = await Promise.race([
    advanceJob(held, { stages: stageFunctions, leaseSeconds }),
    sleep(answerWithinMs, null, { signal: late.signal }),
  ]);
  late.abort();
  if (outcome && !outcome.goesOn) {
    const { failure } = outcome;
    throw new AppError(failure.code, failure.params, {
      cause: failure,
      evidence: { ...failure.evidence, job_id: held.jobId },
    });
  }
  const started = await jobDetail(held.jobId);
  // Nobody waits for it.
  if (started.status_url) void learnGroupPatients(held.jobId, job);
  return started;
}

/**
 * `POST /api/exports`: one job for each group (or one for all patients, or the whole system), which
 * start one after the other, `delay_seconds` apart; the workers do them. With `incremental` of each what
 * changed since what is here.
 * @throws AppError not-found, invalid-request, filter-parameter
 */
export async function startExport(body: StartExportBody, by: By): Promise<StartExportAnswer> {
  checkTypeFilter(body.request.type_filter);
  const connection = await knownConnection(body.connection_id);
  const groups =
    body.level === "group"
      ? [...new Map(body.groups.map((group) => [group.id, group])).values()]
      : [null];
  if (groups.length === 0) throw new AppError("invalid-request", { reason: "groups: choose one" });
  const batchId = randomUUID();
  const jobs = groups.map((group, place) => ({
    batchId,
    connectionId: connection.connectionId,
    connectionName: connection.name,
    fhirBaseUrl: connection.fhirBaseUrl,
    level: body.level,
    groupId: group?.id ?? null,
    groupName: group?.name ?? null,
    groupPatients: group?.patients,
    request: body.request,
    createdBy: by.label,
    delaySeconds: place * body.delay_seconds,
  }));
  if (body.incremental) return startChanges(batchId, jobs, body.delay_seconds);
  return { batch_id: batchId, job_ids: await createJobs(jobs) };
}

/**
 * Of each source what changed since what is here (startIncremental), or everything where no whole export
 * with these parameters is here.
 */
async function startChanges(
  batchId: string,
  jobs: NewJob[],
  delaySeconds: number,
): Promise<StartExportAnswer> {
  const wrong = (["since", "until", "elements", "patient"] as const).find(
    (name) => jobs[0]?.request[name],
  );
  if (wrong) throw new AppError("invalid-request", { reason: `incremental: not with ${wrong}` });
  const started: { batchId: string; jobIds: string[] }[] = [];
  const starts: NonNullable<StartExportAnswer["starts"]> = [];
  for (const [place, job] of jobs.entries()) {
    const since = await changesSince(job);
    // The list of members and the changes are two kick-offs.
    const own = { ...job, delaySeconds: place * 2 * delaySeconds };
    started.push(
      since
        ? await startIncremental(own, since, { batchId, delaySeconds })
        : { batchId, jobIds: await createJobs([own]) },
    );
    starts.push({ group_id: job.groupId, since: since?.toISOString() ?? null });
  }
  // Where all of them are under way already, it is that batch.
  const batch = started.find((one) => one.batchId === batchId) ?? started[0];
  return {
    batch_id: batch?.batchId ?? batchId,
    job_ids: started.flatMap(({ jobIds }) => jobIds),
    starts,
  };
}

/**
 * `POST /api/bulk-data/jobs/{job_id}/incremental`: what changed since the exports that are here, with
 * the parameters of this job; of a group also who is new in it, with their whole history (Bulk Data
 * Access, Group Membership Request Pattern). Where that is under way already, it is that one.
 * @throws AppError not-found, no-whole-export
 */
export async function exportChanges(jobId: string, by: By): Promise<IncrementalAnswer> {
  const job = await jobDetail(jobId);
  const { since: _since, patient, elements, method: _method, ...request } = job.request;
  const { level, group_id: groupId } = job;
  if (!job.connection_id) throw new AppError("job-not-resumable", { reason: "no_connection" });
  const connection = await knownConnection(job.connection_id);
  const { connectionId } = connection;
  const since =
    patient || elements || request.until
      ? null
      : await changesSince({ connectionId, level, groupId, request });
  if (!since) throw new AppError("no-whole-export");
  const { batchId, jobIds } = await startIncremental(
    {
      connectionId,
      connectionName: connection.name,
      fhirBaseUrl: connection.fhirBaseUrl,
      level,
      groupId,
      groupName: job.group_name,
      request,
      createdBy: by.label,
    },
    since,
  );
  return { batch_id: batchId, job_ids: jobIds, since: since.toISOString() };
}

/**
 * `DELETE /api/exports/{batch_id}`: cancels what runs or waits of jobs that were started together, and
 * what they start in the meantime.
 * @throws AppError not-found
 */
export async function cancelBatch(batchId: string, by: By): Promise<CancelBatchAnswer> {
  const cancelled: string[] = [];
  for (;;) {
    const running = await runningOf(batchId);
    if (running.length === 0) return { cancelled };
    for (const jobId of running) {
      try {
        await cancelJob(jobId, by);
        cancelled.push(jobId);
      } catch (error) {
        // It ended by itself, just now.
        if (!(error instanceof AppError && error.code === "job-ended")) throw error;
      }
    }
  }
}

/**
 * Cancels a job at once and tells the FHIR server (Bulk Data Access, Bulk Data Delete Request).
 * @throws AppError not-found, job-ended
 */
export async function cancelJob(jobId: string, by: By): Promise<JobDetail> {
  const { statusUrl, ...job } = await storeCancel(jobId, by.label);
  if (statusUrl) {
    const told = deleteExport({ jobId, ...job, statusUrl, why: "cancelled" }, stageFunctions);
    await Promise.race([told, sleep(tellWithinMs)]);
  }
  return jobDetail(jobId);
}

/**
 * Sends a failed job on its way again; what arrived is kept.
 * @throws AppError not-found, job-not-resumable
 */
export async function retryJob(jobId: string, by: By): Promise<JobDetail> {
  await storeRetry(jobId, by.label, stageToRetry);
  return jobDetail(jobId);
}

/**
 * `POST /api/bulk-data/resume`: a failed job of ours, or an export that runs at the server already.
 * Its token goes to the status URL's host only where that is the FHIR server's own or one that a
 * person allowed; where none is named, the server is the status URL's.
 * @throws AppError as retryJob and kickOffJob; invalid-request
 */
export async function resumeExport(body: ResumeBody, by: By): Promise<JobDetail> {
  if (body.job_id) return retryJob(body.job_id, by);
  const wrong = (reason: string) => new AppError("invalid-request", { reason });
  if (!body.status_url) throw wrong("job_id or status_url is needed");
  const statusUrl = webAddress(body.status_url);
  const server =
    body.fhir_server_url ??
    (body.connection_id
      ? (await knownConnection(body.connection_id)).fhirBaseUrl
      : baseOfStatusUrl(statusUrl.href));
  const job = await newJobOf({ ...body, fhir_server_url: server }, by);
  const [jobId] = await createJobs([{ ...job, statusUrl: statusUrl.href }]);
  return jobDetail(jobId as string);
}

/**
 * Removes an ended job with its rows and files; the server is told that a failed one's export is not
 * waited for any more.
 * @throws AppError not-found, job-not-ended
 */
export async function purgeJob(jobId: string): Promise<void> {
  const job = await jobDetail(jobId);
  if (job.status === "failed" && job.status_url) {
    const { connection_id: connectionId, fhir_base_url: fhirBaseUrl, status_url: statusUrl } = job;
    const told = deleteExport(
      { jobId, connectionId, fhirBaseUrl, statusUrl, why: "removed" },
      stageFunctions,
    );
    await Promise.race([told, sleep(tellWithinMs)]);
  }
  await storePurge(jobId, async () => {
    await dropJob(jobId);
    await rm(path.join(env().BULK_DIR, jobId), { recursive: true, force: true });
  });
}
