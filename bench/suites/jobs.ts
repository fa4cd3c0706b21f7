import {
  compare,
  costColumns,
  type Measured,
  measuredTable,
  type Ratio,
  ratioColumn,
  timeColumns,
} from "@/bench/compare";
import { downloadContender, loadContender } from "@/bench/contenders";
import { type DataSet, dataSet } from "@/bench/data-sets";
import { withFileServer } from "@/bench/file-server";
import type { Context, Suite } from "@/bench/suite";
import { digits, spread } from "@/bench/table";
import { jobContender } from "@/bench/whole-job";

const whole = "whole job: kick-off to settled";

/** Of the same turn: the job's time ÷ that of the slower of the download and the load alone. */
const overlap: Ratio = (own, [download, load, job]) =>
  own === job && download && load ? own.seconds / Math.max(download.seconds, load.seconds) : null;

const jobsOf = (context: Context, data: DataSet): Promise<Measured[]> =>
  withFileServer(data.files, (server) =>
    compare(
      context,
      data,
      [
        downloadContender(server, data, context.folder),
        loadContender(context.server.url, data, "load alone, from disk"),
        jobContender(server, data, whole),
      ],
      overlap,
    ),
  );

async function dataSets({ data, sizes }: Context): Promise<DataSet[]> {
  const own = await data.own();
  if (own) return [own];
  const sets: DataSet[] = [];
  for (const size of sizes) {
    const five = await data.generated("five types", size);
    sets.push(five);
    const [largest] = five.files;
    if (size === sizes.at(-1) && largest) sets.push(dataSet(`one file of ${five.name}`, [largest]));
  }
  return sets;
}

/** Kick-off to chart-ready, against its parts alone. */
export const jobs: Suite = {
  title: "Whole jobs",
  about:
    "A worker process from the moment the job is written to its end: kick-off, status, downloads, loads, counts, " +
    "indexes, roll-ups. The server hands out files from disk and prepares nothing. Beside it, of the same turn, a " +
    "plain download of the same files to disk (fetch, two at a time, nothing else) and the load of the same files " +
    "from disk. Peak MB: resident memory of the whole worker.",
  async run(context) {
    const measured: Measured[] = [];
    for (const data of await dataSets(context)) measured.push(...(await jobsOf(context, data)));
    const jobsAlone = measured.filter(({ name }) => name === whole);
    return {
      tables: [
        measuredTable(measured, [
          ...timeColumns,
          ratioColumn("÷ slower part alone"),
          {
            title: "first row after",
            cell: ({ firstRowShare }) =>
              Number.isNaN(firstRowShare) ? "–" : `${digits(100 * firstRowShare, 0)} %`,
          },
          ...costColumns,
        ]),
      ],
      targets: [
        {
          target: "end to end ≤ slower of download and load alone × 1.15, also of one file",
          reached: jobsAlone.map(({ data, ratios }) => `${data}: ${spread(ratios, 2)}`).join("; "),
        },
        {
          target: "queryable long before it has finished",
          reached: `first row after ${jobsAlone
            .map(({ data, firstRowShare }) => `${digits(100 * firstRowShare, 0)} % (${data})`)
            .join(", ")} of the job's time`,
        },
      ],
      measured,
    };
  },
};
