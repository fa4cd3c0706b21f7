import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { atMostTwice, takeTurns } from "@/bench/compare";
import { bytesName } from "@/bench/data-sets";
import { withFileServer } from "@/bench/file-server";
import { median } from "@/bench/median";
import type { Context, Suite } from "@/bench/suite";
import { digits, range, spread } from "@/bench/table";
import { workJob } from "@/bench/whole-job";
import { ChartName } from "@/lib/contract/chart";
import { purgeJob } from "@/lib/pipeline/commands";
import { chart } from "@/lib/query/chart";
import { env } from "@/lib/settings/env";
import { database } from "@/lib/store/client";

const exports = ["first export", "second export", "third export"];

/** Charts that need no code. */
const charts = ChartName.options.filter(
  (name) => !["observation-distribution", "observation-trend"].includes(name),
);

/** Bytes that the files under a folder take on disk; what disappears meanwhile takes none. */
async function onDisk(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = names.map((name) =>
    stat(path.join(folder, name)).then(
      (entry) => (entry.isFile() ? entry.blocks * 512 : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

type Space = { database: number; tables: number; bulk: number };

/** As PostgreSQL tells it, its table files on disk, and BULK_DIR. */
async function space({ server }: Context): Promise<Space> {
  const { rows } = await database().pool.query<{ size: string }>(
    "SELECT pg_database_size(current_database()) AS size",
  );
  return {
    database: Number(rows[0]?.size),
    tables: await onDisk(path.join(server.folder, "base")),
    bulk: await onDisk(env().BULK_DIR),
  };
}

/** Charts over all jobs one after the other, from before `work` until it is done. */
async function underCharts(work: () => Promise<void>) {
  const ms: number[] = [];
  let done = false;
  const draw = async () => {
    for (let no = 0; !done; no += 1) {
      const name = charts[no % charts.length] ?? "summary";
      const startedAt = performance.now();
      await chart(name, { job: [] });
      ms.push(performance.now() - startedAt);
    }
  };
  const drawing = draw();
  const startedAt = performance.now();
  await work().finally(() => {
    done = true;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await drawing;
  return { seconds, charts: ms.length, slowestChartMs: Math.max(...ms) };
}

type Purge = Awaited<ReturnType<typeof underCharts>> & { before: Space; after: Space };

/** A group exported again, and a job removed. */
export const reload: Suite = {
  title: "Again, and removed",
  about:
    "Three whole jobs of the same group, one after the other, each into the database that holds those before it, each by a new " +
    "worker. Then the first is removed as the API removes it (partitions, roll-ups, files, the job's own rows) while charts over " +
    "all jobs are asked for without a pause.",
  async run(context) {
    const data =
      (await context.data.own()) ??
      (await context.data.generated("five types", context.sizes.at(-1) ?? 0));
    const empty = await space(context);
    const held: string[] = [];
    const purges: Purge[] = [];
    const turns = await withFileServer(data.files, (server) =>
      takeTurns<{ seconds: number }>(atMostTwice(context), data.name, [
        ...exports.map((name) => ({
          name,
          async run() {
            const job = await workJob(server, data);
            held.push(job.jobId);
            return job;
          },
        })),
        {
          name: "purge",
          async run() {
            const [first = "", ...others] = held.splice(0);
            const before = await space(context);
            const purge = await underCharts(() => purgeJob(first));
            purges.push({ ...purge, before, after: await space(context) });
            for (const jobId of others) await purgeJob(jobId);
            return purge;
          },
        },
      ]),
    );
    const seconds = (index: number) => turns.map((turn) => turn[index]?.seconds ?? Number.NaN);
    const ratios = (index: number) =>
      turns.map((turn) => (turn[index]?.seconds ?? Number.NaN) / (turn[0]?.seconds ?? Number.NaN));
    const purgeSeconds = purges.map((purge) => purge.seconds);
    const freed = (part: keyof Space) => {
      const back = median(purges.map(({ before, after }) => before[part] - after[part]));
      const took = median(purges.map(({ before }) => before[part] - empty[part])) / exports.length;
      return { back, took, text: `${bytesName(back)} of ${bytesName(took)}` };
    };
    const slowest = median(purges.map(({ slowestChartMs }) => slowestChartMs));
    return {
      tables: [
        {
          columns: ["data", "what", "runs", "median s", "min–max s", "÷ first"],
          rows: exports.map((name, index) => [
            data.name,
            name,
            String(turns.length),
            digits(median(seconds(index)), 2),
            range(seconds(index), 2),
            index === 0 ? "–" : spread(ratios(index), 2),
          ]),
        },
        {
          note: "Given back: of what one of the three jobs took, a third of what all three did.",
          columns: [
            "removed",
            "runs",
            "s",
            "charts meanwhile",
            "slowest, ms",
            "database gives back",
            "its files on disk",
            "BULK_DIR",
          ],
          rows: [
            [
              `a job of ${digits(data.resources, 0)} rows`,
              String(purges.length),
              spread(purgeSeconds, 2),
              digits(median(purges.map((purge) => purge.charts)), 0),
              digits(slowest, 0),
              freed("database").text,
              freed("tables").text,
              freed("bulk").text,
            ],
          ],
        },
      ],
      targets: [
        {
          target: "a second export of the same group costs no more than the first",
          reached: `second ${spread(ratios(1), 2)}, third ${spread(ratios(2), 2)} × the first (${data.name})`,
        },
        {
          target: "deleting a job with a million rows takes a second and gives the space back",
          reached: `${digits(data.resources, 0)} rows: ${spread(purgeSeconds, 2)} s while charts were drawn; ${freed("tables").text} given back`,
        },
      ],
      measured: { seconds: turns.map((turn) => turn.map((one) => one.seconds)), purges },
    };
  },
};
