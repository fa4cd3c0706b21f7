import path from "node:path";
import { fetchAttachment } from "@/lib/download/fetch-attachment";
import { syncFolder } from "@/lib/download/sync-folder";
import { AppError } from "@/lib/errors";
import { keepTls, webAddress } from "@/lib/fhir/web-address";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import {
  type ClaimedAttachment,
  releaseAttachments,
  renewAttachments,
  storeAttachment,
  storeAttachmentFailure,
  storeAttachmentLeft,
  storeAttachmentRetry,
} from "@/lib/store/attachments";
import { isLeaseLost, type StageFunctions } from "./advance-job";
import { clearRemoved } from "./clear-removed";
import { failureOf } from "./failure-of";
import { nextTry } from "./next-try";
import { budgets } from "./stages";
import { underLease } from "./under-lease";
import { withToken } from "./with-token";

type Tools = { stages: StageFunctions; leaseSeconds: number; signal?: AbortSignal };

/** Where it lies under BULK_DIR: a name of ours, in one of 256 folders. */
const placeOf = ({ jobId, attachmentId }: ClaimedAttachment) =>
  `${jobId}/attachments/${attachmentId.slice(0, 2)}/${attachmentId}`;

/**
 * Fetches one and writes how that ended.
 * @throws LeaseLost; AppError url-invalid, attachment-host; as fetchAttachment and authorize
 */
async function advance(
  attachment: ClaimedAttachment,
  stages: StageFunctions,
  signal: AbortSignal,
): Promise<void> {
  const { connectionId, fhirBaseUrl, contentType, begun, wanted } = attachment;
  const url = keepTls(webAddress(attachment.url, `${fhirBaseUrl}/`), fhirBaseUrl).href;
  if (!connectionId) throw new AppError("not-found", { what: "connection" });
  await stages.admitAddress(connectionId, { url, fhirBaseUrl });
  const where = placeOf(attachment);
  const target = path.join(env().BULK_DIR, where);
  // The token as for files (Bulk Data Access, Attachments). Servers whose files need none may guard their
  // Binaries all the same: such a one is asked again with it. So is another host, whose signed addresses
  // often bear no second way of signing in.
  const elsewhere = new URL(url).origin !== new URL(fhirBaseUrl).origin;
  const authorize = async (options?: { fresh?: boolean }) => {
    if ((elsewhere || !attachment.requiresAccessToken) && !options?.fresh) return null;
    return await stages.authorize(connectionId, { ...options, fhirBaseUrl, to: url });
  };
  const fetched = await withToken(authorize, (token) =>
    fetchAttachment({
      url,
      token,
      path: target,
      begun,
      contentType,
      maxBytes: wanted?.max_bytes ?? 0,
      contentTypes: wanted?.content_types,
      signal,
    }),
  );
  if ("left" in fetched) return await storeAttachmentLeft(attachment, fetched.left);
  await syncFolder(path.dirname(target));
  await storeAttachment(attachment, { path: where, ...fetched });
}

/**
 * The attachments of one claim, one after the other. What goes wrong is written to the attachment; where
 * the server asks us to come later, the rest waits too. Never throws, as advanceJob.
 */
export async function advanceAttachments(
  attachments: readonly ClaimedAttachment[],
  { stages, leaseSeconds, signal }: Tools,
): Promise<void> {
  const left = [...attachments];
  const jobId = attachments[0]?.jobId;
  const renew = () => renewAttachments(left, leaseSeconds);
  const what = `${attachments.length} attachments of job ${jobId}`;
  // A whole claim mostly fails for one reason: one line a reason, not one a document.
  const failed = new Map<string, { code: string; again: boolean; count: number; first: string }>();
  try {
    await underLease({ what, leaseSeconds, renew, signal }, async (lost) => {
      for (let one = left[0]; one; left.shift(), one = left[0]) {
        lost.throwIfAborted();
        const { attachmentId, attempts, putOffMs } = one;
        try {
          await advance(one, stages, lost);
        } catch (error) {
          lost.throwIfAborted();
          // Of this one alone: another worker has it, or nobody any more.
          if (isLeaseLost(error)) {
            await clearRemoved(one.jobId);
            continue;
          }
          const failure = failureOf(error, { jobId, attachmentId });
          const next = nextTry(failure, { attempts, budget: budgets.download, putOffMs });
          const again = "delayMs" in next;
          const reason = `${failure.code} ${again}`;
          const known = failed.get(reason);
          if (known) known.count += 1;
          else {
            const { code } = failure;
            failed.set(reason, { code, again, count: 1, first: attachmentId });
          }
          if (again) await storeAttachmentRetry(one, { error: failure, ...next });
          else await storeAttachmentFailure(one, next.givenUp);
          // An error of the server may be this document's alone.
          if (again && !next.counted && failure.code !== "server-error") {
            await releaseAttachments(left.slice(1), next.delayMs);
            return;
          }
        }
      }
    });
    log().debug({ jobId, attachments: attachments.length }, "attachments done");
  } catch (error) {
    if (isLeaseLost(error)) {
      log().info({ jobId }, "leases lost: cancelled, or another worker goes on");
      if (jobId) await clearRemoved(jobId);
    } else if (signal?.aborted) {
      await releaseAttachments(left).catch(() => {});
      if (jobId) await clearRemoved(jobId);
    } else log().warn({ jobId, err: error }, "not written: the leases will run out");
  } finally {
    for (const { count, ...reason } of failed.values()) {
      const documents = count === 1 ? "1 document" : `${count} documents`;
      const then = reason.again ? "tried again later" : "given up";
      log().warn({ jobId, count, ...reason }, `${documents}: ${reason.code}, ${then}`);
    }
  }
}
