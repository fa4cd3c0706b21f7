import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setReadTimeout } from "@/lib/fhir/send";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { type ClaimedFile, claimFile, claimJob } from "@/lib/store/claims";
import { beat, forgetWorker } from "@/lib/store/workers";
import { advanceFile } from "./advance-file";
import { advanceJob, type StageFunctions } from "./advance-job";
import { backOffMs } from "./next-try";
import { stageFunctions } from "./stage-functions";

const idleMs = 300;
/**
 * Loads at once: each keeps chunks in memory, and two keep PostgreSQL and this process busy (the one
 * is written while the other is read). More of them only wait for one another.
 */
const mostLoads = 2;
const heartbeatMs = 5_000;

/** A wait that ends early when something has changed in this process, or when it is to stop. */
class Bell {
  #listeners = new Set<() => void>();

  ring(): void {
    for (const listener of this.#listeners) listener();
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#listeners.add(done);
    });
  }
}

/** Does up to `limit` claims at once until the signal; a lost database only makes it wait. */
async function dispatch<T>(
  kind: string,
  {
    limit,
    claim,
    advance,
    bell,
    signal,
  }: {
    limit: number;
    claim: () => Promise<T | null>;
    advance: (claimed: T) => Promise<unknown>;
    bell: Bell;
    signal: AbortSignal;
  },
): Promise<void> {
  const running = new Set<Promise<unknown>>();
  let failures = 0;
  while (!signal.aborted) {
    if (running.size >= limit) {
      await Promise.race(running);
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
      await bell.wait(Math.min(5_000, backOffMs(failures)));
      continue;
    }
    if (!claimed) {
      await bell.wait(idleMs * (0.75 + Math.random() / 2));
      continue;
    }
    const step: Promise<unknown> = advance(claimed)
      .catch((error) => log().error({ kind, err: error }, "a step threw"))
      .finally(() => {
        running.delete(step);
        bell.ring();
      });
    running.add(step);
  }
  await Promise.allSettled(running);
}

/**
 * Claims what is due and does it, until the signal: then files are given back as they are, requests
 * that cannot be broken off (a kick-off) are finished, and it resolves. Any number of workers share
 * the work; files that wait to be loaded go before files that wait to be downloaded, so that the
 * disk drains, but one place is always left to the network.
 */
export async function runWorker({
  signal,
  concurrency = env().WORKER_CONCURRENCY,
  leaseSeconds = env().WORKER_LEASE_SECONDS,
  stages = stageFunctions,
}: {
  signal: AbortSignal;
  /** files at once, and as many jobs */
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
  const bell = new Bell();
  signal.addEventListener("abort", () => bell.ring(), { once: true });
  log().info({ worker: worker.id, concurrency, leaseSeconds }, "worker started");

  let downloads = 0;
  let loads = 0;
  const nextFile = async (): Promise<ClaimedFile | null> => {
    const order =
      concurrency > 1 && downloads === 0
        ? (["pending", "downloaded"] as const)
        : (["downloaded", "pending"] as const);
    for (const state of order) {
      if (state === "downloaded" && loads >= mostLoads) continue;
      const file = await claimFile(holder(), leaseSeconds, state);
      if (file) return file;
    }
    return null;
  };
  const advanceOne = async (file: ClaimedFile) => {
    const isDownload = file.state === "pending";
    if (isDownload) downloads += 1;
    else loads += 1;
    try {
      await advanceFile(file, { stages, leaseSeconds, signal });
    } finally {
      if (isDownload) downloads -= 1;
      else loads -= 1;
    }
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
    dispatch("job", {
      limit: concurrency,
      claim: () => claimJob(holder(), leaseSeconds),
      advance: (job) => advanceJob(job, { stages, leaseSeconds }),
      bell,
      signal,
    }),
    dispatch("file", { limit: concurrency, claim: nextFile, advance: advanceOne, bell, signal }),
    heartbeat(),
  ]);
  await forgetWorker(worker.id).catch(() => {});
  log().info({ worker: worker.id }, "worker stopped");
}
