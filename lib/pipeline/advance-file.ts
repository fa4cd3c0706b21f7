import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@/lib/errors";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { type ClaimedFile, releaseFile, renewFile } from "@/lib/store/claims";
import { database } from "@/lib/store/client";
import { addEvent } from "@/lib/store/events";
import {
  itemOf,
  storeDownloaded,
  storeFileFailure,
  storeFileRetry,
  storeLoaded,
  storeMissing,
} from "@/lib/store/file-writes";
import { isLeaseLost, type StageFunctions } from "./advance-job";
import { failureOf } from "./failure-of";
import { nextTry } from "./next-try";
import { budgets } from "./stages";
import { underLease } from "./under-lease";
import { needsToken, withToken } from "./with-token";

/** How often a running download tells how far it is. */
const tellEveryMs = 2_000;

/** Where the file lies under BULK_DIR: a folder a job, names in manifest order. */
export function bulkPath(file: Pick<ClaimedFile, "jobId" | "fileNo" | "kind" | "resourceType">) {
  const number = String(file.fileNo).padStart(4, "0");
  // The server's word, so letters alone and not more than a name has.
  const type = /^[A-Za-z]{1,64}$/.test(file.resourceType ?? "") ? `.${file.resourceType}` : "";
  return `${file.jobId}/${number}.${file.kind}${type}.ndjson`;
}

async function download(file: ClaimedFile, { stages, leaseSeconds, signal }: Tools): Promise<void> {
  const where = bulkPath(file);
  const target = path.join(env().BULK_DIR, where);
  await mkdir(path.dirname(target), { recursive: true });
  await addEvent(database().pool, file.jobId, "download_request", itemOf(file));
  let received = 0;
  const fetched = await underLease(
    {
      what: `file ${file.fileId}`,
      leaseSeconds,
      renew: () => renewFile(file, leaseSeconds, received),
      everyMs: tellEveryMs,
      signal,
    },
    (lost) => {
      const fetchWith = (token: string | null) =>
        stages.fetchFile({
          url: file.url,
          token,
          path: target,
          signal: lost,
          onBytes: (bytes: number) => {
            received = bytes;
          },
        });
      // Bulk Data Access, File Request: the token where the manifest says so, and not elsewhere.
      if (!needsToken(file.url, file)) return fetchWith(null);
      return withToken((options) => {
        if (!file.connectionId) throw new AppError("not-found", { what: "connection" });
        const { connectionId, fhirBaseUrl } = file;
        return stages.authorize(connectionId, { ...options, fhirBaseUrl });
      }, fetchWith);
    },
  );
  await storeDownloaded(file, { path: where, sizeBytes: fetched.sizeBytes });
  const { jobId, fileNo } = file;
  log().info({ jobId, fileNo, sizeBytes: fetched.sizeBytes }, "downloaded");
}

async function load(file: ClaimedFile, { stages, leaseSeconds, signal }: Tools): Promise<void> {
  const source = path.join(env().BULK_DIR, file.path ?? bulkPath(file));
  const onDisk = await stat(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (onDisk?.size !== file.sizeBytes) {
    const reason = onDisk ? `${onDisk.size} ≠ ${file.sizeBytes} bytes` : "ENOENT";
    const missing = new AppError("file-unreadable", { path: source, reason }, { retryable: false });
    if (file.attempts + 1 >= budgets.load) throw missing;
    await stages.restartLoad({
      jobId: file.jobId,
      fileId: file.fileId,
      leaseHolder: file.holder,
    });
    return await storeMissing(file, missing);
  }
  const counts = await underLease(
    {
      what: `file ${file.fileId}`,
      leaseSeconds,
      renew: () => renewFile(file, leaseSeconds, null),
      signal,
    },
    (lost) =>
      stages.loadFile({
        jobId: file.jobId,
        fileId: file.fileId,
        fileNo: file.fileNo,
        kind: file.kind,
        resourceType: file.resourceType,
        path: source,
        leaseHolder: file.holder,
        maxLineBytes: env().MAX_LINE_BYTES,
        signal: lost,
      }),
  );
  await storeLoaded(file, counts);
  log().info({ jobId: file.jobId, fileNo: file.fileNo, ...counts }, "loaded");
}

type Tools = {
  stages: StageFunctions;
  leaseSeconds: number;
  /** aborted when the worker is to stop: the file is given back as it is */
  signal?: AbortSignal;
};

/**
 * One file, the step that is due (download or load), one write. Never throws, as advanceJob. A
 * killed download starts again; a killed load goes on after its last committed chunk.
 */
export async function advanceFile(file: ClaimedFile, tools: Tools): Promise<void> {
  const where = { jobId: file.jobId, fileNo: file.fileNo, state: file.state };
  try {
    if (file.state === "pending") await download(file, tools);
    else await load(file, tools);
  } catch (error) {
    if (isLeaseLost(error)) {
      log().info(where, "lease lost: cancelled, or another worker goes on");
      return;
    }
    try {
      if (tools.signal?.aborted) return await releaseFile(file);
      const failure = failureOf(error, where);
      const budget = file.state === "pending" ? budgets.download : budgets.load;
      const next = nextTry(failure, { attempts: file.attempts, budget });
      // The words of the failure stand with the file: the server's may name a patient.
      log().warn({ ...where, code: failure.code, inMs: next?.delayMs }, "step failed");
      if (next) await storeFileRetry(file, { error: failure, ...next });
      else await storeFileFailure(file, failure);
    } catch (unwritten) {
      log().warn({ ...where, err: unwritten }, "not written: the lease will run out");
    }
  }
}
