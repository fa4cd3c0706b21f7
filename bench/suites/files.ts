import {
  atMostTwice,
  compare,
  costColumns,
  measuredTable,
  type Ratio,
  ratioColumn,
  timeColumns,
  timesOver,
} from "@/bench/compare";
import { downloadContender, loadContender } from "@/bench/contenders";
import { withFileServer } from "@/bench/file-server";
import { median } from "@/bench/median";
import type { Context, Suite } from "@/bench/suite";
import { digits, spread } from "@/bench/table";
import { jobContender } from "@/bench/whole-job";
import { env } from "@/lib/settings/env";

/** 20,000 files of five lines where the sizes go to 10^5; fewer in a shorter run. */
export async function tinyFiles({ data, sizes }: Pick<Context, "data" | "sizes">) {
  const whole = await data.generated("five types", Math.min(100_000, sizes.at(-1) ?? 0));
  const tiny = await data.split(whole, 5);
  return { whole, tiny: { ...tiny, name: `${digits(tiny.files.length, 0)} files` } };
}

/** Of the same turn: the time ÷ that of the slower of the plain download and the load from disk. */
const overSlower: Ratio = (own, [download, load]) =>
  download && load && own !== download && own !== load
    ? own.seconds / Math.max(download.seconds, load.seconds)
    : null;

/** Many tiny files. */
export const files: Suite = {
  title: "Many tiny files",
  about:
    "Whole jobs of files that hold five resources each, about 6 KB. Beside them a plain download of the same files with as " +
    "many connections as a worker has (fetch to disk, no fsync, nothing else), the load of the same files from disk, together " +
    "as a worker takes them, and a job of the same resources in five files.",
  async run(context) {
    const { whole, tiny } = await tinyFiles(context);
    const measured = await withFileServer(whole.files, (few) =>
      withFileServer(tiny.files, (many) =>
        compare(
          atMostTwice(context),
          tiny,
          [
            downloadContender(many, tiny, context.folder, env().WORKER_CONCURRENCY),
            loadContender(context.server.url, tiny, "load alone, from disk"),
            jobContender(many, tiny),
            jobContender(few, whole, `the same resources in ${whole.files.length} files`),
          ],
          overSlower,
        ),
      ),
    );
    const [download, load, many, few] = measured;
    if (!download || !load || !many || !few) throw new Error("not measured");
    const filesPerSecond = (seconds: readonly number[]) =>
      digits(tiny.files.length / median(seconds), 0);
    return {
      tables: [
        measuredTable(measured, [
          ...timeColumns,
          {
            title: "files/s",
            cell: (one) => (one === few ? "–" : filesPerSecond(one.seconds)),
          },
          ratioColumn("÷ slower part alone"),
          ...costColumns,
        ]),
      ],
      targets: [
        {
          target: "20,000 tiny files keep the pipes full",
          reached:
            `${tiny.name}: ${filesPerSecond(many.seconds)} files/s, ${spread(many.ratios, 2)} × the slower of their plain ` +
            `download (${spread(timesOver(many, download), 2)} ×) and their load from disk (${spread(timesOver(many, load), 2)} ×), ${spread(timesOver(many, few), 2)} × that of the same resources in ${whole.files.length} files`,
        },
      ],
      measured,
    };
  },
};
