import { writeLongLines } from "@/bench/data";
import { bytesName, type DataSet, dataSet } from "@/bench/data-sets";
import { withFileServer } from "@/bench/file-server";
import type { Manner } from "@/bench/file-server-process";
import type { Context, Suite } from "@/bench/suite";
import { digits } from "@/bench/table";
import { workJob } from "@/bench/whole-job";
import { purgeJob } from "@/lib/pipeline/commands";
import { tinyFiles } from "./files";
import { hugeBytes } from "./huge";

type Point = { curve: string; at: string; data: DataSet; manner?: Manner };

const limitMb = 300;

async function* fileSizes(context: Context): AsyncGenerator<Point> {
  const most = hugeBytes(context);
  const seed = await context.data.generated("five types", Math.min(100_000, most / 2_000));
  for (const bytes of [1e6, 1e7, 1e8, 5e8, 2e9].filter((size) => size <= most)) {
    const data = await context.data.repeated(seed, bytes, 1);
    yield { curve: "one file of", at: bytesName(bytes), data };
    await context.data.forget(data.name);
  }
}

async function* lineSizes({ data }: Context): AsyncGenerator<Point> {
  for (const bytes of [300, 3e3, 3e4, 3e5, 2e6, 2e7]) {
    const at = bytesName(bytes);
    const lines = Math.max(2, Math.round(2e7 / bytes));
    const long = await data.once(`lines, ${at} each`, (folder) =>
      writeLongLines(folder, 4, lines, bytes),
    );
    yield { curve: "4 files, lines of", at, data: long };
    await data.forget(long.name);
  }
}

async function* fileCounts(context: Context): AsyncGenerator<Point> {
  const { whole, tiny } = await tinyFiles(context);
  const counts = [10, 100, 1_000, 20_000].filter((count) => count <= tiny.files.length);
  for (const count of counts) {
    const at = digits(count, 0);
    yield { curve: "tiny files", at, data: dataSet(at, tiny.files.slice(0, count)) };
  }
  const failing = await context.data.split(whole, Math.ceil(whole.resources / 400));
  const at = digits(failing.files.length, 0);
  yield {
    curve: "files whose first download breaks",
    at,
    data: failing,
    manner: { breaksFirst: true },
  };
}

type Peak = { curve: string; at: string; bytes: number; seconds: number; peakRssMb: number };

/** NaN where the job failed: one point does not cost the others. */
async function peakOf({ curve, at, data, manner }: Point, { say }: Context): Promise<Peak> {
  const point = { curve, at, bytes: data.bytes };
  try {
    const work = await withFileServer(data.files, (server) => workJob(server, data), manner);
    await purgeJob(work.jobId);
    const { peakRssMb, seconds } = work;
    say(`  ${curve} ${at}: ${peakRssMb.toFixed(0)} MB, ${seconds.toFixed(1)} s`);
    return { ...point, seconds, peakRssMb };
  } catch (error) {
    say(`  ${curve} ${at}: ${error}`);
    return { ...point, seconds: Number.NaN, peakRssMb: Number.NaN };
  }
}

/** The worker's peak, whatever comes. */
export const memory: Suite = {
  title: "Memory",
  about:
    "The most resident memory that a whole worker process ever held (`maxRSS`), a new process for each row: kick-off, " +
    "downloads, loads, counts, indexes, roll-ups, with its defaults. One run each; a dash where the job failed. Lines: Binary resources; " +
    "files of a size: Observations. Downloads that break do so in the middle of their first delivery and are tried again.",
  async run(context) {
    const measured: Peak[] = [];
    for (const points of [fileSizes, lineSizes, fileCounts]) {
      for await (const point of points(context)) measured.push(await peakOf(point, context));
    }
    const known = measured.filter(({ peakRssMb }) => !Number.isNaN(peakRssMb));
    const most = known.reduce((a, b) => (b.peakRssMb > a.peakRssMb ? b : a));
    const under = known.filter(({ peakRssMb }) => peakRssMb < limitMb);
    return {
      tables: [
        {
          columns: ["data", "of", "MB in all", "s", "peak MB"],
          rows: measured.map(({ curve, at, bytes, seconds, peakRssMb }) => [
            curve,
            at,
            digits(bytes / 1e6, 0),
            digits(seconds, 1),
            digits(peakRssMb, 0),
          ]),
        },
      ],
      targets: [
        {
          target: `worker peak under ${limitMb} MB whatever the size of the file, the lines and the number of files`,
          reached: `${under.length} of ${measured.length} rows under it; ${digits(most.peakRssMb, 0)} MB at most (${most.curve} ${most.at})`,
        },
      ],
      measured,
    };
  },
};
