import {
  atMostTwice,
  type Contender,
  compare,
  type Measured,
  measuredTable,
  ratioColumn,
  timeColumns,
} from "@/bench/compare";
import type { DataSet } from "@/bench/data-sets";
import { type FileServer, withFileServer } from "@/bench/file-server";
import { median } from "@/bench/median";
import type { Context, Suite } from "@/bench/suite";
import { digits, spread } from "@/bench/table";
import { workJob } from "@/bench/whole-job";
import { purgeJob } from "@/lib/pipeline/commands";

const counts = [1, 2, 4];

/** Three times as many as four workers fetch at once, so that the last ones do not stand alone. */
const files = 48;

/** 10^5 resources then take one worker half a minute, of which two or three seconds are work. */
const bytesPerSecond = 1e6;

const contenderOf = (server: FileServer, data: DataSet, workers: number): Contender => ({
  name: workers === 1 ? "1 worker" : `${workers} workers`,
  async run() {
    const job = await workJob(server, data, { workers });
    await purgeJob(job.jobId);
    const twice = (await server.deliveries()).filter((times) => times !== 1).length;
    if (twice > 0) throw new Error(`${twice} files were not fetched exactly once`);
    return job;
  },
});

async function compared(
  context: Context,
  name: string,
  size: number,
  manner?: { bytesPerSecond: number },
): Promise<Measured[]> {
  const whole = await context.data.generated("five types", size);
  const split = await context.data.split(whole, Math.ceil(whole.resources / files));
  const data = { ...split, name };
  return withFileServer(
    data.files,
    (server) =>
      compare(
        context,
        data,
        counts.map((count) => contenderOf(server, data, count)),
      ),
    manner,
  );
}

const cores = (one: Measured) =>
  digits((one.nodeCpuSeconds + one.postgresCpuSeconds) / median(one.seconds), 2);

/** Several workers on one queue. */
export const workers: Suite = {
  title: "More workers",
  about:
    "One job of some fifty files by 1, 2 and 4 worker processes on the same database, with their defaults. Processes on one machine " +
    "stand for machines: they share nothing but the database and BULK_DIR, as machines would. First with a server " +
    "that delivers each file at 1 MB/s, so that waiting is the limit and not this machine's cores; then as fast as it goes, " +
    "where all share the cores with PostgreSQL. Every run checks that the server delivered every file exactly once and that " +
    "there are as many rows as resources.",
  async run(context) {
    const largest = context.sizes.at(-1) ?? 0;
    const slow = await compared(atMostTwice(context), "1 MB/s a file", Math.min(100_000, largest), {
      bytesPerSecond,
    });
    const fast = await compared(context, "as fast as it goes", Math.min(300_000, largest));
    const gain = (all: readonly Measured[]) =>
      all
        .slice(1)
        .map(({ name, ratios }) => `${name} ${spread(ratios, 2)}`)
        .join(", ");
    return {
      tables: [
        measuredTable(
          [...slow, ...fast],
          [
            ...timeColumns,
            ratioColumn("× one worker"),
            { title: "cores busy (Node + PostgreSQL)", cell: cores },
            { title: "largest worker, MB", cell: ({ peakRssMb }) => digits(peakRssMb, 0) },
          ],
        ),
      ],
      targets: [
        {
          target:
            "near-linear gain with 1, 2, 4 workers until PostgreSQL is the limit, no double work",
          reached:
            `waiting for the server: ${gain(slow)}; as fast as it goes: ${gain(fast)} ` +
            `(${fast.map(cores).join(", ")} cores busy); every file fetched once, rows exact`,
        },
      ],
      measured: [...slow, ...fast],
    };
  },
};
