import { LeaseLost } from "@/lib/store/lease-lost";

/**
 * Does `work` while the lease is renewed every third of its time (or more often: `everyMs`). The
 * signal that `work` gets is aborted when the lease is lost, when it could not be renewed before it
 * ran out (the database is away), or when `signal` is.
 * @param renew false: the lease is lost; throws: not known, tried again
 */
export async function underLease<T>(
  {
    what,
    leaseSeconds,
    renew,
    everyMs = Number.POSITIVE_INFINITY,
    signal,
  }: {
    what: string;
    leaseSeconds: number;
    renew: () => Promise<boolean>;
    everyMs?: number;
    signal?: AbortSignal;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const intervalMs = Math.min((leaseSeconds * 1_000) / 3, everyMs);
  let renewedAt = performance.now();
  let timer: NodeJS.Timeout;
  let overdue: NodeJS.Timeout | undefined;
  const tick = async () => {
    const leftMs = () => renewedAt + leaseSeconds * 1_000 - performance.now();
    // A database that is gone without a word does not even refuse.
    overdue = setTimeout(() => lost.abort(new LeaseLost(what)), Math.max(0, leftMs()));
    try {
      if (!(await renew())) return lost.abort(new LeaseLost(what));
      renewedAt = performance.now();
    } catch {
      // Reported by the statement that needs the database; here only the time counts.
      if (leftMs() < 0) return lost.abort(new LeaseLost(what));
    } finally {
      clearTimeout(overdue);
    }
    if (!ended) timer = setTimeout(tick, intervalMs);
  };
  let ended = false;
  timer = setTimeout(tick, intervalMs);
  try {
    return await work(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
  } catch (error) {
    // An aborted request or COPY throws what it likes; the reason is the lease.
    if (lost.signal.aborted) throw lost.signal.reason;
    throw error;
  } finally {
    ended = true;
    clearTimeout(timer);
    clearTimeout(overdue);
  }
}
