import { AppError } from "@/lib/errors";
import { mostFiles } from "@/lib/poll/manifest";
import { log } from "@/lib/settings/log";
import { storeAttachments } from "@/lib/store/attachments";
import { type ClaimedJob, releaseJob, renewJob } from "@/lib/store/claims";
import { database } from "@/lib/store/client";
import { addEvent, withoutQuery } from "@/lib/store/events";
import type { NewFile } from "@/lib/store/file-numbers";
import {
  type FileSums,
  storeEnd,
  storeJobFailure,
  storeJobRetry,
  storeKickOff,
  storeManifest,
  storeWaiting,
} from "@/lib/store/job-writes";
import { LeaseLost } from "@/lib/store/lease-lost";
import { storeLinksAnew } from "@/lib/store/links-anew";
import { storeSearchInstead } from "@/lib/store/search-writes";
import { hasStrangers, storeMembership } from "@/lib/store/store-membership";
import { clearRemoved } from "./clear-removed";
import { failureOf } from "./failure-of";
import { nextTry } from "./next-try";
import { reasonToSearch } from "./reason-to-search";
import { endDownload, planFromExport, startSearch } from "./search-job";
import type { stageFunctions } from "./stage-functions";
import { budgets, isOver } from "./stages";
import { underLease } from "./under-lease";
import { withToken } from "./with-token";

export type StageFunctions = typeof stageFunctions;

type Tools = {
  stages: StageFunctions;
  leaseSeconds: number;
  /** aborted when the worker is to stop: what only reads is broken off, and the job given back as it is */
  signal?: AbortSignal;
};

const tokensOf = (
  { connectionId, fhirBaseUrl }: { connectionId: string | null; fhirBaseUrl: string },
  stages: StageFunctions,
  /** where the request goes, if the server chose the address */
  to?: string,
) => {
  return (options?: { fresh?: boolean }) => {
    if (!connectionId) throw new AppError("not-found", { what: "connection" });
    return stages.authorize(connectionId, { ...options, fhirBaseUrl, to });
  };
};

/** The kick-off as the log keeps it; the standard log leaves `patient` out, and so do we. */
function kickOffEvent(job: ClaimedJob, requestUrl: string, statusUrl: string) {
  const url = new URL(requestUrl);
  for (const name of ["patient", "_typeFilter"]) url.searchParams.delete(name);
  const { patient: _patient, type_filter: _typeFilter, ...requestParameters } = job.request;
  return {
    exportUrl: url.href,
    errorCode: null,
    errorBody: null,
    requestParameters,
    responseHeaders: { "content-location": withoutQuery(statusUrl) },
    softwareVersion: null,
    softwareReleaseDate: null,
    logVersion: "2.0.0",
  };
}

async function kickoff(
  job: ClaimedJob,
  stages: StageFunctions,
  signal: AbortSignal,
): Promise<void> {
  const authorize = tokensOf(job, stages);
  if (job.mode === "search") return await startSearch(job, stages, authorize, signal);
  const { statusUrl, requestUrl } = await withToken(authorize, (token) =>
    stages.kickOff({
      connectionId: job.connectionId,
      fhirBaseUrl: job.fhirBaseUrl,
      level: job.level,
      groupId: job.groupId,
      request: job.request,
      token,
    }),
  );
  try {
    await storeKickOff(job, { statusUrl, event: kickOffEvent(job, requestUrl, statusUrl) });
    log().info({ jobId: job.jobId, groupId: job.groupId }, "kicked off");
  } catch (error) {
    // Cancelled (or taken over) while the request was under way: nobody will ask for this export.
    if (isLeaseLost(error)) {
      await deleteExport({ ...job, statusUrl, why: "cancelled" }, stages);
    }
    throw error;
  }
}

const longestManifestPages = 10_000;

async function poll(job: ClaimedJob, stages: StageFunctions, signal: AbortSignal): Promise<void> {
  const files = new Map<string, NewFile>();
  const raw: unknown[] = [];
  const pages: { output: number; deleted: number; error: number }[] = [];
  let transactionTime: Date | null = null;
  let requiresAccessToken = false;
  // Bulk Data Access 3.0.0, Response - Complete Status: further pages by link[relation=next].
  let url: string | null = job.statusUrl;
  if (!url) throw new AppError("kickoff-no-status-url", { status: 202 });
  const seen = new Set<string>();
  // Without a Retry-After the waits double, so their number follows from how long it has taken.
  const polls = Math.floor(Math.log2(job.preparingSeconds + 1));
  while (url !== null && !seen.has(url)) {
    if (seen.size === longestManifestPages) {
      throw new AppError("manifest-invalid", { reason: "endless" });
    }
    const statusUrl: string = url;
    seen.add(statusUrl);
    const now = new Date();
    const answer = await withToken(tokensOf(job, stages, statusUrl), (token) =>
      stages.checkStatus({ statusUrl, token, polls, now, signal }),
    );
    if (answer.state === "waiting") {
      const delayMs = Math.max(0, answer.retryAt.getTime() - now.getTime());
      return await storeWaiting(job, { delayMs, progress: answer.progress });
    }
    const { manifest } = answer;
    raw.push(answer.raw);
    const { output, deleted, error } = manifest;
    pages.push({ output: output.length, deleted: deleted.length, error: error.length });
    transactionTime ??= manifest.transactionTime;
    requiresAccessToken ||= manifest.requiresAccessToken;
    for (const kind of ["output", "error", "deleted"] as const) {
      for (const item of manifest[kind]) {
        // A link that stands twice is one file: loading it again would only count duplicates.
        const key = `${kind} ${item.url}`;
        if (files.has(key)) continue;
        files.set(key, {
          kind,
          resourceType: item.type,
          url: item.url,
          expectedCount: item.count,
        });
      }
    }
    if (files.size > mostFiles) throw new AppError("manifest-invalid", { reason: "too_many" });
    url = manifest.nextUrl;
  }
  if (job.mode === "search") {
    const manifest = { files: files.values(), requiresAccessToken, transactionTime };
    const tokens = (to?: string) => tokensOf(job, stages, to);
    return await planFromExport(job, manifest, stages, tokens, signal);
  }
  await stages.prepareJob(job.jobId);
  await storeManifest(job, {
    transactionTime,
    requiresAccessToken,
    raw: raw.length === 1 ? raw[0] : raw,
    pages,
    files: [...files.values()],
  });
  log().info({ jobId: job.jobId, files: files.size }, "manifest stored");
}

/**
 * All files have ended: count the rows, have the attachments fetched that they name (the step comes again
 * when these have ended), say how the job ended, and let the server forget it.
 */
async function settle(job: ClaimedJob, stages: StageFunctions): Promise<void> {
  if (!job.settled) {
    await stages.settleJob(job.jobId);
    if (job.statusUrl && job.mode === "bulk" && (await storeLinksAnew(job))) {
      log().info({ jobId: job.jobId }, "links had expired: the manifest again");
      return;
    }
    if (await storeAttachments(job)) return;
  }
  const { since, patient } = job.request;
  const strangers = patient ? await hasStrangers(job.jobId, patient) : false;
  const judge: Parameters<typeof storeEnd>[1] = (files: FileSums) => {
    if (files.failed > 0) {
      const reason = files.firstReason ?? "";
      return {
        failure: new AppError("files-failed", { failed: files.failed, total: files.files, reason }),
      };
    }
    if (files.attachmentsFailed > 0) return { warning: "attachments-failed" };
    if (files.lines > 0) return { warning: strangers ? "patients-ignored" : null };
    // That nothing changed is no news to warn of.
    if (since) return { warning: null };
    const group = job.level === "group" && !patient;
    return { warning: group ? "empty-group" : "empty-export" };
  };
  const isList = job.purpose === "members";
  const sums = await storeEnd(
    job,
    judge,
    isList ? (client) => storeMembership(client, job) : undefined,
  );
  log().info(
    { jobId: job.jobId, files: sums.files, failed: sums.failed, records: sums.records },
    "job ended",
  );
  // Only now, when nothing is needed from there any more. Failed files are, for a retry, and so are
  // those that came with fewer lines than announced: the server's copy may be the only whole one.
  // Attachments may be part of the export too.
  const missing = sums.failed + sums.mismatched + sums.attachmentsFailed;
  if (missing === 0 && job.statusUrl) {
    await deleteExport({ ...job, statusUrl: job.statusUrl, why: "completed" }, stages);
  }
}

/**
 * Tells the server that the export is not needed any more (Bulk Data Access, Bulk Data Delete
 * Request). Best effort: how it went is an event, never a failure of the job.
 */
export async function deleteExport(
  {
    jobId,
    connectionId,
    fhirBaseUrl,
    statusUrl,
    why,
  }: {
    jobId: string;
    connectionId: string | null;
    fhirBaseUrl: string;
    statusUrl: string;
    why: "completed" | "cancelled" | "failed" | "removed";
  },
  stages: StageFunctions,
): Promise<void> {
  let detail: Record<string, unknown>;
  try {
    const authorize = tokensOf({ connectionId, fhirBaseUrl }, stages, statusUrl);
    const { deleted, reason } = await withToken(authorize, (token) =>
      stages.deleteExport({ statusUrl, token }),
    );
    detail = { why, accepted: deleted, ...(reason ? { message: reason } : {}) };
  } catch (error) {
    const failure = failureOf(error, { jobId, step: "delete" });
    detail = { why, accepted: false, code: failure.code, message: failure.message };
  }
  try {
    await addEvent(database().pool, jobId, "export_deleted", detail);
  } catch (error) {
    log().warn({ err: error, jobId }, "event not written");
  }
}

type Step = (job: ClaimedJob, stages: StageFunctions, signal: AbortSignal) => Promise<void>;

const work: Record<string, Step> = {
  kickoff,
  poll,
  download: (job, stages, signal) => endDownload(job, tokensOf(job, stages), signal),
  load: settle,
};

/** The server cannot export: it is told so, where it has begun one, and the job goes on by search. */
async function searchInstead(job: ClaimedJob, reason: string, stages: StageFunctions) {
  const where = { jobId: job.jobId, stage: job.stage };
  try {
    await storeSearchInstead(job, reason);
    log().info(where, "no bulk export: search instead");
    if (job.statusUrl) {
      await deleteExport({ ...job, statusUrl: job.statusUrl, why: "failed" }, stages);
    }
  } catch (unwritten) {
    log().warn({ ...where, err: unwritten }, "not written: the lease will run out");
  }
  return null;
}

/** Not ours any more: nothing to write, nothing to report. */
export const isLeaseLost = (error: unknown): boolean => error instanceof LeaseLost;

/**
 * One job, the step that is due, one write. Never throws: a failure is written to the row, and where
 * that cannot be done (database away, lease lost) the lease runs out and another claim does the step
 * again. Safe to be killed at any instant.
 * @returns the failure, and whether the job goes on by itself
 */
export async function advanceJob(
  job: ClaimedJob,
  { stages, leaseSeconds, signal }: Tools,
): Promise<{ failure: AppError; goesOn: boolean } | null> {
  const where = { jobId: job.jobId, stage: job.stage };
  const step = work[job.stage];
  if (!step) return null;
  try {
    await underLease(
      { what: `job ${job.jobId}`, leaseSeconds, renew: () => renewJob(job, leaseSeconds), signal },
      (lost) => step(job, stages, lost),
    );
    log().debug(where, "step done");
    return null;
  } catch (error) {
    if (isLeaseLost(error)) {
      log().info(where, "lease lost: cancelled, or another worker goes on");
      await clearRemoved(job.jobId);
      return null;
    }
    if (signal?.aborted && !(error instanceof AppError)) {
      // Where that cannot be written the lease runs out.
      await releaseJob(job).catch(() => {});
      return null;
    }
    const failure = failureOf(error, where);
    const instead = reasonToSearch(job, failure);
    if (instead !== null) return await searchInstead(job, instead, stages);
    const budget = job.stage === "kickoff" ? budgets.kickoff : budgets.poll;
    // Until the manifest is there a job has a limit of its own (EXPORT_LIMIT_HOURS).
    const hasLimit = job.stage === "kickoff" || job.stage === "poll";
    const next = nextTry(failure, { ...job, budget, hasLimit });
    const again = "delayMs" in next;
    // The words of the failure stand with the job: the server's may name a patient.
    const words = { ...where, code: failure.code, inMs: again ? next.delayMs : undefined };
    log()[again ? "warn" : "error"](words, "step failed");
    try {
      if (again) await storeJobRetry(job, { error: failure, ...next });
      else {
        await storeJobFailure(job, next.givenUp);
        // A retry starts anew, and many servers have room for one export at a time.
        if (job.statusUrl && isOver(failure.code)) {
          await deleteExport({ ...job, statusUrl: job.statusUrl, why: "failed" }, stages);
        }
      }
    } catch (unwritten) {
      log().warn({ ...where, err: unwritten }, "not written: the lease will run out");
      if (isLeaseLost(unwritten)) await clearRemoved(job.jobId);
    }
    return { failure: again ? failure : next.givenUp, goesOn: again };
  }
}
