import { stat } from "node:fs/promises";
import path from "node:path";
import { heldPart, newPart } from "@/lib/download/parts";
import { AppError } from "@/lib/errors";
import type { Place } from "@/lib/load/load-chunks";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { type ClaimedFile, releaseFiles, renewFile, renewFiles } from "@/lib/store/claims";
import {
  type Downloaded,
  fetchedAndLoadedSql,
  noteFetchedAndLoaded,
  storeFileFailure,
  storeFileRetry,
  storeLoaded,
  storeMissing,
} from "@/lib/store/file-writes";
import { LeaseLost } from "@/lib/store/lease-lost";
import { storeExpected } from "@/lib/store/search-writes";
import { isLeaseLost, type StageFunctions } from "./advance-job";
import { atItsPace } from "./at-its-pace";
import { clearRemoved } from "./clear-removed";
import { EarlyLoad } from "./early-load";
import { failureOf } from "./failure-of";
import { fetchUnit, isSearchUrl } from "./fetch-unit";
import type { LoadSlots, Slot } from "./load-slots";
import { nextTry } from "./next-try";
import { budgets } from "./stages";
import { underLease } from "./under-lease";
import { withToken } from "./with-token";

/** How often a running download tells how far it is. */
const tellEveryMs = 2_000;
/** Smaller files wait until they are loaded together with others. */
const straightOnBytes = 1024 * 1024;
/** Of still smaller ones what was fetched is loaded, without a look at the disk, as soon as it is there. */
const fromMemoryBytes = 32 * 1024;

/** A small file that lies on disk under its name (`path`, under BULK_DIR), and what is in it. */
export type Fetched = { file: ClaimedFile; path: string; content: Buffer };

export type FileTools = {
  stages: StageFunctions;
  leaseSeconds: number;
  slots: LoadSlots;
  /** @returns whether the claim holds still */
  storeDownloaded: (downloaded: Downloaded) => Promise<boolean>;
  /** @returns whether it is loaded, and stored as that; it may still be held else */
  loadFetched: (fetched: Fetched) => Promise<boolean>;
  /** the network is not needed for this file any more */
  leave?: () => void;
  /** aborted when the worker is to stop: the file is given back as it is */
  signal?: AbortSignal;
};

/** Where the file lies under BULK_DIR: a folder a job, names in manifest order. */
export function bulkPath(file: Pick<ClaimedFile, "jobId" | "fileNo" | "kind" | "resourceType">) {
  const number = String(file.fileNo).padStart(4, "0");
  // The server's word, so letters alone and not more than a name has.
  const type = /^[A-Za-z]{1,64}$/.test(file.resourceType ?? "") ? `.${file.resourceType}` : "";
  return `${file.jobId}/${number}.${file.kind}${type}.ndjson`;
}

const onDisk = (under: string) => path.join(env().BULK_DIR, under);

/** A file on disk that is held on, with a place to load it. */
type GoesOn = { file: ClaimedFile; slot: Slot; place: Place | undefined };

/** @returns the file where the same worker loads it now; null where it waits for its load */
async function download(file: ClaimedFile, tools: FileTools): Promise<GoesOn | null> {
  const { stages, leaseSeconds, slots, signal } = tools;
  const where = bulkPath(file);
  const target = onDisk(where);
  const loadedFrom = file.loadedBytes > 0 && file.path ? onDisk(file.path) : null;
  const held = file.begun ? await heldPart(target, loadedFrom) : undefined;
  const part = newPart(target);
  // Whatever an earlier try left is looked at with more care.
  const plain = file.kind === "output" && file.attempts === 0 && file.loadedBytes === 0;
  let received = 0;
  let place: Place | undefined;
  let kept: Slot | null = null as Slot | null;
  const fetched = await underLease(
    {
      what: `file ${file.fileId}`,
      leaseSeconds,
      renew: () => renewFile(file, leaseSeconds, received),
      everyMs: tellEveryMs,
      signal,
    },
    async (lost) => {
      const authorize = (options?: { fresh?: boolean }) => {
        if (!file.connectionId) throw new AppError("not-found", { what: "connection" });
        const { connectionId, fhirBaseUrl } = file;
        const to = isSearchUrl(file.url) ? undefined : file.url;
        return stages.authorize(connectionId, { ...options, fhirBaseUrl, to });
      };
      if (isSearchUrl(file.url)) {
        const onBytes = (bytes: number) => {
          received = bytes;
        };
        const at = { path: target, part, held: held === undefined ? undefined : null };
        const unit = await fetchUnit({ file, ...at, authorize, onBytes, signal: lost }, stages);
        await storeExpected(file, unit.expected);
        return unit;
      }
      const early = new EarlyLoad(file, { part, loadedFrom, stages, slots, signal: lost });
      const fetchWith = (token: string | null) =>
        stages.fetchFile({
          url: file.url,
          token,
          path: target,
          part,
          held,
          contentBytes: plain ? fromMemoryBytes : undefined,
          signal: lost,
          onBytes: (bytes: number) => {
            received = bytes;
            early.received(bytes);
          },
          onReceived: () => tools.leave?.(),
          beforeNaming: (bytes) => early.whole(bytes),
          isNeeded: () => early.isUnderWay,
        });
      try {
        // Bulk Data Access, File Request: the token where the manifest says so, and not elsewhere.
        const fetched = () =>
          file.requiresAccessToken ? withToken(authorize, fetchWith) : fetchWith(null);
        return await atItsPace(file.url, fetched, lost);
      } finally {
        await early.ended();
        place = early.place;
        kept = early.slot;
      }
    },
  ).catch((error) => {
    kept?.();
    throw error;
  });
  tools.leave?.();
  const { sizeBytes } = fetched;
  const { jobId, fileNo } = file;
  const content = "content" in fetched ? fetched.content : undefined;
  if (content) {
    const what = `file ${file.fileId}`;
    const renew = () => renewFile(file, leaseSeconds, null);
    const loading = underLease({ what, leaseSeconds, renew, signal }, () =>
      tools.loadFetched({ file, path: where, content }),
    );
    if (await loading) return null;
  }
  const straightOn = file.attempts === 0 && sizeBytes >= straightOnBytes;
  const slot = straightOn ? (kept ?? slots.take()) : null;
  if (slot !== kept) kept?.();
  try {
    const stored = { file, path: where, sizeBytes, keep: slot !== null };
    if (!(await tools.storeDownloaded(stored))) throw new LeaseLost(`file ${file.fileId}`);
  } catch (error) {
    slot?.();
    throw error;
  }
  log().debug({ jobId, fileNo, sizeBytes }, "downloaded");
  const loadable: ClaimedFile = { ...file, state: "downloaded", path: where, sizeBytes };
  return slot && { file: loadable, slot, place };
}

async function load(file: ClaimedFile, tools: FileTools, place?: Place): Promise<void> {
  const { stages, leaseSeconds, signal } = tools;
  const source = onDisk(file.path ?? bulkPath(file));
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (found?.size !== file.sizeBytes) {
    const reason = found ? `${found.size} ≠ ${file.sizeBytes} bytes` : "ENOENT";
    const missing = new AppError("file-unreadable", { path: source, reason }, { retryable: false });
    if (file.attempts + 1 >= budgets.load) throw missing;
    await stages.restartLoad({
      jobId: file.jobId,
      fileId: file.fileId,
      leaseHolder: file.holder,
    });
    return await storeMissing(file, missing);
  }
  const { lines, rejected } = await underLease(
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
        from: place,
        leaseHolder: file.holder,
        maxLineBytes: env().MAX_LINE_BYTES,
        signal: lost,
      }),
  );
  const stored = await storeLoaded([{ file, lines, rejected }]);
  if (!stored.has(file.fileId)) throw new LeaseLost(`file ${file.fileId}`);
  log().info({ jobId: file.jobId, fileNo: file.fileNo, lines, rejected }, "loaded");
}

/**
 * Loads small files that were just fetched: of each job all of them, their rows, what their rows in
 * export_files and the log say, in one transaction.
 * @returns the ids of those that are loaded. Where something is in the way of a job's files none of them is, and
 *   what it is their load from disk will tell
 */
export async function loadFetched(
  fetched: readonly Fetched[],
  { stages, signal }: Pick<FileTools, "stages" | "signal">,
): Promise<Set<string>> {
  const loaded = new Set<string>();
  for (const jobId of new Set(fetched.map(({ file }) => file.jobId))) {
    const some = fetched.filter(({ file }) => file.jobId === jobId);
    const counts = await stages
      .loadFiles({
        jobId,
        maxLineBytes: env().MAX_LINE_BYTES,
        files: some.map(({ file, path: storedAs, content }) => ({
          ...file,
          leaseHolder: file.holder,
          path: onDisk(storedAs),
          storedAs,
          content,
          sizeBytes: content.length,
        })),
        alongside: {
          set: fetchedAndLoadedSql,
          note: (client, counts) =>
            noteFetchedAndLoaded(
              client,
              some.flatMap(({ file, content }) => {
                const count = counts.get(file.fileId);
                return count ? [{ file, sizeBytes: content.length, ...count }] : [];
              }),
            ),
        },
        signal,
      })
      .catch((error: unknown) => {
        const code = error instanceof AppError ? error.code : undefined;
        log().info({ jobId, files: some.length, code }, "not loaded as they came");
        return new Map<string, unknown>();
      });
    for (const fileId of counts.keys()) loaded.add(fileId);
  }
  log().debug({ files: loaded.size }, "loaded as they came");
  return loaded;
}

/** Does a step; what goes wrong is written to the file. Never throws. */
async function guarded<T>(
  file: ClaimedFile,
  tools: FileTools,
  step: () => Promise<T>,
): Promise<T | null> {
  const where = { jobId: file.jobId, fileNo: file.fileNo, state: file.state };
  try {
    return await step();
  } catch (error) {
    if (isLeaseLost(error)) {
      log().info(where, "lease lost: cancelled, or another worker goes on");
      await clearRemoved(file.jobId);
      return null;
    }
    try {
      if (tools.signal?.aborted) {
        await releaseFiles([file]);
        await clearRemoved(file.jobId);
        return null;
      }
      const failure = failureOf(error, where);
      const budget = file.state === "pending" ? budgets.download : budgets.load;
      const next = nextTry(failure, { ...file, budget });
      // The words of the failure stand with the file: the server's may name a patient.
      const inMs = "delayMs" in next ? next.delayMs : undefined;
      log().warn({ ...where, code: failure.code, inMs }, "step failed");
      if ("delayMs" in next) await storeFileRetry(file, { error: failure, ...next });
      else await storeFileFailure(file, next.givenUp);
    } catch (unwritten) {
      log().warn({ ...where, err: unwritten }, "not written: the lease will run out");
      if (isLeaseLost(unwritten)) await clearRemoved(file.jobId);
    }
    return null;
  }
}

/**
 * One file, the step that is due (download or load); after a download the load too, where a place is
 * free. Never throws, as advanceJob. A killed load goes on after its last committed chunk, a download
 * where the server lets us.
 */
export async function advanceFile(file: ClaimedFile, tools: FileTools): Promise<void> {
  if (file.state === "downloaded") {
    await guarded(file, tools, () => load(file, tools));
    return;
  }
  const next = await guarded(file, tools, () => download(file, tools));
  if (!next) return;
  try {
    await guarded(next.file, tools, () => load(next.file, tools, next.place));
  } finally {
    next.slot();
  }
}

/** As advanceFile, for files of one claim that wait for their load: small ones go together. */
export async function loadClaimed(files: readonly ClaimedFile[], tools: FileTools): Promise<void> {
  const [first] = files;
  if (!first) return;
  if (files.length === 1) return await advanceFile(first, tools);
  const { stages, leaseSeconds, signal } = tools;
  const { jobId } = first;
  const what = `${files.length} files of job ${jobId}`;
  const renew = () => renewFiles(files, leaseSeconds);
  try {
    await underLease({ what, leaseSeconds, renew, signal }, async (lost) => {
      const counts = await stages
        .loadFiles({
          jobId,
          maxLineBytes: env().MAX_LINE_BYTES,
          files: files.map((file) => ({
            ...file,
            leaseHolder: file.holder,
            path: onDisk(file.path ?? bulkPath(file)),
          })),
          signal: lost,
        })
        .catch((error: unknown) => {
          if (lost.aborted || isLeaseLost(error)) throw error;
          log().info({ jobId, files: files.length }, "loaded one by one: not possible together");
          return new Map<string, { lines: number; rejected: number }>();
        });
      const loaded = files.flatMap((file) => {
        const count = counts.get(file.fileId);
        return count ? [{ file, ...count }] : [];
      });
      if (loaded.length > 0) await storeLoaded(loaded);
      log().info({ jobId, files: loaded.length }, "loaded together");
      for (const file of files) {
        if (!counts.has(file.fileId)) await advanceFile(file, tools);
      }
    });
  } catch (error) {
    if (isLeaseLost(error)) {
      log().info({ jobId }, "leases lost: cancelled, or another worker goes on");
    } else if (signal?.aborted) {
      await releaseFiles(files).catch(() => {});
    } else log().warn({ jobId, err: error }, "not written: the leases will run out");
  }
}
