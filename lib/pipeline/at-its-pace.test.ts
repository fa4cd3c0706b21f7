import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { env } from "@/lib/settings/env";
import { atItsPace } from "./at-its-pace";

/** Counts how many run at once. */
function server() {
  const seen = { now: 0, most: 0 };
  const download = async () => {
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    await sleep(5);
    seen.now -= 1;
  };
  return { seen, download };
}

const several = (url: string, download: () => Promise<void>) =>
  Promise.all(Array.from({ length: 12 }, () => atItsPace(url, download)));

test("a server that has said 429 gets half as many downloads at once, others as many as there are", async () => {
  const url = "https://slow.example/file/1";
  const refused = async () => {
    throw new AppError("rate-limited", { host: "slow.example" }, { retryAt: new Date() });
  };
  await expect(atItsPace(url, refused)).rejects.toMatchObject({ code: "rate-limited" });
  const slow = server();
  await several(url, slow.download);
  expect(slow.seen.most).toBe(Math.max(1, Math.floor(env().WORKER_CONCURRENCY / 2)));
  const other = server();
  await several("https://other.example/file/1", other.download);
  expect(other.seen.most).toBe(12);
});

test("who waits for the pause of a server can be stopped", async () => {
  const url = "https://pausing.example/file/1";
  const refused = async () => {
    const retryAt = new Date(Date.now() + 60_000);
    throw new AppError("rate-limited", { host: "pausing.example" }, { retryAt });
  };
  await expect(atItsPace(url, refused)).rejects.toMatchObject({ code: "rate-limited" });
  const stopping = new AbortController();
  const waiting = atItsPace(url, async () => "never", stopping.signal);
  stopping.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow();
});
