import { AppError, type ErrorCode } from "@/lib/errors";
import type { ClaimedJob } from "@/lib/store/claims";

const missing: ReadonlySet<number> = new Set([404, 405, 501]);
/** What servers say of an operation that they do not have; the status is then often 400 or 500. */
const notOffered =
  /not[- ]?supported|unsupported|not[- ]?implemented|unknown operation|invalid operation|does not (support|know)|not (enabled|available|allowed)|disabled/i;

/** The operation, not a parameter or a type of ours that the server does not take. */
const isNotOffered = (reason: string) =>
  /^not-supported$/i.test(reason) ||
  (notOffered.test(reason) &&
    /export|operation|bulk/i.test(reason) &&
    !/parameter|\b_[a-z]|resource type/i.test(reason));

/**
 * Does this failure say that bulk export cannot work here, so that FHIR search is the way: too many
 * files, or no `$export`? Who is in a group and the history of who is new need parameters that are not
 * everywhere (`_elements`, `patient`), so a server that refuses those exports is searched.
 * @returns the server's own words, null where the failure is another one or the person wants bulk alone
 */
export function reasonToSearch(
  job: Pick<ClaimedJob, "mode" | "request" | "groupId" | "purpose">,
  failure: AppError,
): string | null {
  if (job.mode === "search" || (job.request.mode ?? "auto") !== "auto") return null;
  const { code, params, message } = failure;
  if (code === ("too-many-files" satisfies ErrorCode)) return String(params.reason);
  const status = Number(params.status);
  const reason = String(params.reason);
  // A 403 may mean anything; only where it speaks of the export itself the rest may be open to us.
  if (code === ("access-refused" satisfies ErrorCode)) {
    return status === 403 && isNotOffered(reason) ? message : null;
  }
  if (code !== ("kickoff-refused" satisfies ErrorCode)) return null;
  if (job.purpose === "members" || job.purpose === "new_members") return message;
  // A group that is not there cannot be searched either.
  const noGroup = status === 404 && reason.includes(job.groupId ?? "\n") && !/export/i.test(reason);
  if (missing.has(status)) return noGroup ? null : message;
  return isNotOffered(reason) ? message : null;
}

/** What cannot be had by search either, said with both reasons. */
export function bothReasons(job: Pick<ClaimedJob, "modeReason">, failure: AppError): AppError {
  if (job.modeReason === null || failure.retryable) return failure;
  const params = { bulk: job.modeReason, search: failure.message };
  return new AppError("search-unavailable", params, { cause: failure, evidence: failure.evidence });
}
