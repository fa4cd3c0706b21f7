import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { LeaseLost } from "@/lib/store/lease-lost";
import { underLease } from "./under-lease";

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("socket hang up")), { once: true });
  });

test("work that is done in time gives its result", async () => {
  const lease = { what: "x", leaseSeconds: 10, renew: async () => true };
  expect(await underLease(lease, async () => 7)).toBe(7);
});

test("the lease is renewed while the work goes on, and no longer", async () => {
  const renew = vi.fn(async () => true);
  await underLease({ what: "x", leaseSeconds: 0.6, renew }, () =>
    vi.waitUntil(() => renew.mock.calls.length > 1, 10_000),
  );
  const during = renew.mock.calls.length;
  await sleep(500);
  expect(renew).toHaveBeenCalledTimes(during);
});

test("a lost lease breaks the work off, whatever the work then throws", async () => {
  const lease = { what: "x", leaseSeconds: 0.03, renew: async () => false };
  await expect(underLease(lease, untilAborted)).rejects.toThrow(LeaseLost);
});

test("a lease that cannot be renewed counts as lost when it runs out", async () => {
  const renew = async () => {
    throw new Error("the database is away");
  };
  await expect(underLease({ what: "x", leaseSeconds: 0.05, renew }, untilAborted)).rejects.toThrow(
    LeaseLost,
  );
});

test("a renewal that never answers does not keep the work going when the lease has run out", async () => {
  const renew = () => new Promise<never>(() => {});
  await expect(underLease({ what: "x", leaseSeconds: 0.05, renew }, untilAborted)).rejects.toThrow(
    LeaseLost,
  );
});

test("a worker that is to stop breaks the work off, without calling the lease lost", async () => {
  const stop = new AbortController();
  const lease = { what: "x", leaseSeconds: 10, renew: async () => true, signal: stop.signal };
  const work = underLease(lease, untilAborted);
  stop.abort();
  await expect(work).rejects.toThrow("socket hang up");
});
