import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import path from "node:path";
import { syncFolder } from "@/lib/download/sync-folder";
import { setReadTimeout } from "@/lib/fhir/send";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { claimAttachments } from "@/lib/store/attachments";
import { type ClaimedFile, claimFiles, claimJob, releaseFiles } from "@/lib/store/claims";
import { database } from "@/lib/store/client";
import { addEvents } from "@/lib/store/events";
import { type Downloaded, itemOf, storeDownloaded } from "@/lib/store/file-writes";
import { claimPeople } from "@/lib/store/people-claims";
import { beat, forgetWorker } from "@/lib/store/workers";
import { advanceAttachments } from "./advance-attachments";
import {
  advanceFile,
  type Fetched,
  type FileTools,
  loadClaimed,
  loadFetched,
} from "./advance-file";
import { advanceJob, type StageFunctions } from "./advance-job";
import { advancePeople } from "./advance-people";
import { Bell } from "./bell";
import { LoadSlots } from "./load-slots";
import { backOffMs } from "./next-try";
import { stageFunctions } from "./stage-functions";
import { together } from "./together";
import { warmUp } from "./warm-up";

/** How soon a worker sees what others have made due; what it does itself rings a bell. */
const idleMs = 300;
/** New jobs are somebody's first impression, and looking for one costs 0.2 ms. */
const idleJobMs = 100;
/**
 * Loads at once: each keeps chunks in memory, and two keep PostgreSQL and this process busy (the one
 * is written while the other is read). More of them only wait for one another.
 */
const mostLoads = 2;
/** Steps that have given their place away and only have something to write. */
const mostLeaving = 400;
const heartbeatMs = 5_000;
/** What nobody waits for, when nothing else is to be done. */
const idlePeopleMs = 1_000;
/** One claim takes as many files for download as were done in so long, and never more than so many. */
const claimAheadMs = 500;
const mostClaimed = 128;
/** So many downloaded files, or so many bytes of them, are worth a transaction of their own. */
const worthFiles = 200;
const worthBytes = 1024 * 1024;
/** So many of those that are loaded as they come are worth one, or as many as come in so long. */
const worthFetched = 100;
const fetchedWithinMs = 100;

/** Does up to `limit` claims at once until the signal; a lost database only makes it wait. */
async function dispatch<T>(
  kind: string,
  {
    limit,
    claim,
    advance,
    bell,
    lookEveryMs = idleMs,
    signal,
  }: {
    limit: number;
    claim: () => Promise<T | null>;
    /** `leave` gives the place to the next before the step has ended */
    advance: (claimed: T, leave: () => void) => Promise<unknown>;
    bell: Bell;
    lookEveryMs?: number;
    signal: AbortSignal;
  },
): Promise<void> {
  const steps = new Set<Promise<unknown>>();
  let places = 0;
  let failures = 0;
  while (!signal.aborted) {
    const heard = bell.rings;
    if (places >= limit || steps.size >= limit + mostLeaving) {
      await bell.wait(idleMs, heard);
      continue;
    }
    let claimed: T | null = null;
    try {
      claimed = await claim();
      if (failures > 0) log().info({ kind }, "the database is back");
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1)
        log().warn({ kind, err: error }, "claim failed; going on when it works again");
      await bell.wait(Math.min(5_000, backOffMs(failures)), bell.rings);
      continue;
    }
    if (!claimed) {
      await bell.wait(lookEveryMs * (0.75 + Math.random() / 2), heard);
      continue;
    }
    let here = true;
    places += 1;
    const leave = () => {
      if (!here) return;
      here = false;
      places -= 1;
      bell.ring();
    };
    const step: Promise<unknown> = advance(claimed, leave)
      .catch((error) => log().error({ kind, err: error }, "a step threw"))
      .finally(() => {
        const full = steps.size >= limit + mostLeaving;
        steps.delete(step);
        leave();
        if (full) bell.ring();
      });
    steps.add(step);
  }
  await Promise.allSettled(steps);
}

/** Files that one claim took for load; `done` gives their place back. */
type Loads = { files: ClaimedFile[]; done: () => void };

/** Files that one claim took for download, until there is a place; for a third of their lease. */
class Queue {
  #files: ClaimedFile[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onGivenBack: (files: readonly ClaimedFile[]) => void) {}

  fill(files: readonly ClaimedFile[], leaseSeconds: number): void {
    this.#files.push(...files);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.giveBack(), (leaseSeconds * 1_000) / 3);
  }

  next(): ClaimedFile | null {
    const file = this.#files.shift() ?? null;
    if (this.#files.length === 0) clearTimeout(this.#timer);
    return file;
  }

  /** They turned out to take long, or the worker is to stop: others may have them. */
  async giveBack(): Promise<void> {
    clearTimeout(this.#timer);
    const files = this.#files.splice(0);
    if (files.length === 0) return;
    // Where that cannot be written the leases run out.
    await releaseFiles(files).catch(() => {});
    this.onGivenBack(files);
  }
}

/** How many downloads have ended of late. */
class Recent {
  readonly #times: number[] = [];

  note(): void {
    this.#times.push(performance.now());
    if (this.#times.length > mostClaimed) this.#times.shift();
  }

  count(): number {
    const since = performance.now() - claimAheadMs;
    return this.#times.filter((time) => time >= since).length;
  }
}

/**
 * Claims what is due and does it, until the signal: then files are given back as they are, requests
 * that cannot be broken off (a kick-off) are finished, and it resolves. Any number of workers share
 * the work; a file is loaded while it downloads where no whole file waits for that.
 */
export async function runWorker({
  signal,
  concurrency = env().WORKER_CONCURRENCY,
  leaseSeconds = env().WORKER_LEASE_SECONDS,
  stages = stageFunctions,
}: {
  signal: AbortSignal;
  /** downloads at once, and as many jobs */
  concurrency?: number;
  leaseSeconds?: number;
  stages?: StageFunctions;
}): Promise<void> {
  setReadTimeout(env().HTTP_TIMEOUT_READ * 1_000);
  const worker = {
    id: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    host: hostname(),
    pid: process.pid,
  };
  const holder = () => `${worker.id}:${randomUUID()}`;
  const bells = {
    jobs: new Bell(),
    downloads: new Bell(),
    loads: new Bell(),
    attachments: new Bell(),
    people: new Bell(),
  };
  const ringAll = () => {
    for (const bell of Object.values(bells)) bell.ring();
  };
  signal.addEventListener("abort", ringAll, { once: true });
  log().info({ worker: worker.id, concurrency, leaseSeconds }, "worker started");

  const loads = Math.min(mostLoads, concurrency);
  const slots = new LoadSlots(loads, () => bells.loads.ring());

  // A job may go on when this worker has done the last file that it holds of it.
  const inHand = new Map<string, number>();
  const hold = (files: readonly ClaimedFile[]) => {
    for (const { jobId } of files) inHand.set(jobId, (inHand.get(jobId) ?? 0) + 1);
  };
  const letGo = (files: readonly ClaimedFile[]) => {
    for (const { jobId } of files) {
      const left = (inHand.get(jobId) ?? 0) - 1;
      if (left > 0) inHand.set(jobId, left);
      else {
        inHand.delete(jobId);
        bells.jobs.ring();
      }
    }
  };

  const queue = new Queue(letGo);
  const recent = new Recent();
  const nextDownload = async (): Promise<ClaimedFile | null> => {
    const waiting = queue.next();
    if (waiting) return waiting;
    const files = await claimFiles(holder(), leaseSeconds, "pending", Math.max(1, recent.count()));
    hold(files);
    queue.fill(files, leaseSeconds);
    await addEvents(
      database().pool,
      files.map((file) => ({ ...file, event: "download_request", detail: itemOf(file) })),
    );
    return queue.next();
  };
  // While a few small files are loaded, the next ones gather: a transaction each would cost more than
  // their rows.
  let smallLoads = 0;
  const gathered = { files: 0, bytes: 0 };
  const nextLoad = async (): Promise<Loads | null> => {
    if (smallLoads > 0 && gathered.files < worthFiles && gathered.bytes < worthBytes) return null;
    const slot = slots.takeFirst();
    if (!slot) return null;
    let files: ClaimedFile[] = [];
    try {
      files = await claimFiles(holder(), leaseSeconds, "downloaded");
    } finally {
      if (files.length === 0) slot("unused");
    }
    if (files.length === 0) return null;
    hold(files);
    gathered.files = 0;
    gathered.bytes = 0;
    const small = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) < worthBytes;
    if (small) smallLoads += 1;
    const done = () => {
      if (small) smallLoads -= 1;
      slot();
      letGo(files);
    };
    return { files, done };
  };

  const freeSlot = async () => {
    for (;;) {
      const heard = bells.loads.rings;
      const slot = slots.takeFirst();
      if (slot) return slot;
      await bells.loads.wait(idleMs, heard);
    }
  };
  const syncFolders = async (paths: readonly string[]) => {
    const folders = new Set(paths.map((under) => path.dirname(path.join(env().BULK_DIR, under))));
    for (const folder of folders) await syncFolder(folder);
  };

  const tools: FileTools = {
    stages,
    leaseSeconds,
    slots,
    storeDownloaded: together(async (files: Downloaded[]) => {
      await syncFolders(files.map((file) => file.path));
      const stored = await storeDownloaded(files);
      for (const { keep, sizeBytes } of files) {
        if (keep) continue;
        gathered.files += 1;
        gathered.bytes += sizeBytes;
      }
      bells.loads.ring();
      return files.map(({ file }) => stored.has(file.fileId));
    }),
    loadFetched: together(
      async (fetched: Fetched[]) => {
        await syncFolders(fetched.map((file) => file.path));
        const slot = await freeSlot();
        try {
          const loaded = await loadFetched(fetched, { stages, signal });
          return fetched.map(({ file }) => loaded.has(file.fileId));
        } finally {
          slot();
        }
      },
      { worth: worthFetched, withinMs: fetchedWithinMs },
    ),
    signal,
  };
  const heartbeat = async () => {
    while (!signal.aborted) {
      try {
        await beat(worker);
      } catch {
        // The claims report a database that is away; health sees the silence.
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, heartbeatMs);
        function done() {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        }
        signal.addEventListener("abort", done, { once: true });
      });
    }
  };

  await Promise.all([
    warmUp(),
    dispatch("job", {
      limit: concurrency,
      claim: () => claimJob(holder(), leaseSeconds),
      advance: (job) =>
        advanceJob(job, { stages, leaseSeconds, signal }).finally(() => {
          bells.downloads.ring();
          bells.attachments.ring();
        }),
      bell: bells.jobs,
      lookEveryMs: idleJobMs,
      signal,
    }),
    dispatch("download", {
      limit: concurrency,
      claim: nextDownload,
      advance: (file, leave) =>
        advanceFile(file, { ...tools, leave }).finally(() => {
          recent.note();
          letGo([file]);
        }),
      bell: bells.downloads,
      signal,
    }).finally(() => queue.giveBack()),
    dispatch("load", {
      limit: loads,
      claim: nextLoad,
      advance: ({ files, done }) => loadClaimed(files, tools).finally(done),
      bell: bells.loads,
      signal,
    }),
    dispatch("attachment", {
      limit: concurrency,
      claim: async () => {
        const claimed = await claimAttachments(holder(), leaseSeconds);
        return claimed.length > 0 ? claimed : null;
      },
      advance: (attachments) =>
        advanceAttachments(attachments, { stages, leaseSeconds, signal }).finally(() =>
          bells.jobs.ring(),
        ),
      bell: bells.attachments,
      signal,
    }),
    dispatch("people", {
      limit: 1,
      claim: () => claimPeople(holder(), leaseSeconds),
      advance: (people) => advancePeople(people, { leaseSeconds, signal }),
      bell: bells.people,
      lookEveryMs: idlePeopleMs,
      signal,
    }),
    heartbeat(),
  ]);
  await forgetWorker(worker.id).catch(() => {});
  log().info({ worker: worker.id }, "worker stopped");
}
