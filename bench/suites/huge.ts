import {
  atMostTwice,
  compare,
  costColumns,
  measuredTable,
  ratioColumn,
  timeColumns,
  timeOver,
} from "@/bench/compare";
import { downloadContender } from "@/bench/contenders";
import { bytesName } from "@/bench/data-sets";
import { withFileServer } from "@/bench/file-server";
import { median } from "@/bench/median";
import type { Context, Suite } from "@/bench/suite";
import { digits, spread } from "@/bench/table";
import { jobContender } from "@/bench/whole-job";

/** 2 GB where the sizes go to 10^6; less in a shorter run. */
export const hugeBytes = ({ sizes }: Pick<Context, "sizes">): number =>
  Math.min(2e9, 2_000 * (sizes.at(-1) ?? 0));

/** One file that is huge. */
export const huge: Suite = {
  title: "One huge file",
  about:
    "A whole job of one file, beside a job of as much data in four files, which a worker can load two at a time, and a plain " +
    "download of the one.",
  async run(context) {
    const bytes = hugeBytes(context);
    const seed = await context.data.generated("five types", Math.min(100_000, bytes / 2_000));
    const four = await context.data.repeated(seed, bytes, 4);
    const one = await context.data.repeated(seed, bytes, 1);
    const name = `one file of ${bytesName(bytes)}`;
    const measured = await withFileServer(four.files, (inFour) =>
      withFileServer(one.files, (inOne) =>
        compare(
          atMostTwice(context),
          { ...one, name },
          [
            downloadContender(inOne, one, context.folder, 1),
            jobContender(inFour, four, "as much in four files"),
            jobContender(inOne, one),
          ],
          timeOver(1),
        ),
      ),
    );
    await context.data.forget(four.name);
    const job = measured.at(-1);
    if (!job) throw new Error("not measured");
    return {
      tables: [
        measuredTable(measured, [...timeColumns, ratioColumn("÷ four files"), ...costColumns]),
      ],
      targets: [
        {
          target: "one file of 2 GB keeps the pipes full",
          reached:
            `${name}: ${digits(job.bytes / 1e6 / median(job.seconds), 0)} MB/s, ` +
            `${spread(job.ratios, 2)} × the time of as much in four files`,
        },
      ],
      measured,
    };
  },
};
