import {
  type Contender,
  compare,
  costColumns,
  type Measured,
  measuredTable,
  ratioColumn,
  timeColumns,
} from "@/bench/compare";
import { clientContender, loadContender, prismaContender, rawContender } from "@/bench/contenders";
import { writeLongLines } from "@/bench/data";
import type { DataSet } from "@/bench/data-sets";
import { median } from "@/bench/median";
import type { Context, Suite, Target } from "@/bench/suite";
import { digits, spread } from "@/bench/table";

const ours = "Bulkhouse load";

async function dataSets({ data, sizes }: Context): Promise<DataSet[]> {
  const own = await data.own();
  if (own) return [own];
  const sets: DataSet[] = [];
  for (const size of sizes) {
    sets.push(await data.generated("five types", size));
    // Whether it grows evenly one mix shows.
    if (size <= 200_000) sets.push(await data.generated("all types", size));
  }
  const long = "lines of 2 MB, 4 files";
  sets.push(await data.once(long, (folder) => writeLongLines(folder, 4, 25, 2_000_000)));
  return sets;
}

/** The slow references only where they end soon. */
function contendersOf({ url }: Context["server"], data: DataSet): Contender[] {
  const observations = data.files.find(({ type }) => type === "Observation");
  return [
    rawContender(url, data),
    loadContender(url, data, ours),
    ...(data.resources <= 200_000 && observations ? [clientContender(url, data)] : []),
    ...(data.resources <= 20_000 && observations ? [prismaContender(observations)] : []),
  ];
}

function targetsOf(all: readonly Measured[]): Target[] {
  const loads = all.filter(({ name }) => name === ours);
  const rate = ({ resources, seconds }: Measured) => digits(resources / median(seconds), 0);
  const told = (cell: (one: Measured) => string) =>
    loads.map((one) => `${one.data}: ${cell(one)}`).join("; ");
  return [
    {
      target: "load ≥ 0.7 of raw parallel `COPY jsonb` (aim: 1.0)",
      reached: told(({ ratios }) => spread(ratios, 2)),
    },
    {
      target: "above 55,500 resources/s on two cores, five main types; 10^6 no slower than 10^5",
      reached: told(rate),
    },
  ];
}

/** From files on disk to rows that are constrained, indexed and chart-ready. */
export const load: Suite = {
  title: "Load",
  about:
    "From files on disk to rows with typed columns and keys, counted, indexed, analysed and rolled up, in a " +
    "new process whose code is cold. Reference: `COPY` by PostgreSQL itself of the same lines into one `jsonb` " +
    "column of a table without key, typed columns or index, over as many connections (two) as a worker " +
    "loads files at once. Peak MB: resident memory of the loading process.",
  async run(context) {
    const measured: Measured[] = [];
    for (const data of await dataSets(context)) {
      measured.push(...(await compare(context, data, contendersOf(context.server, data))));
    }
    return {
      tables: [
        measuredTable(measured, [...timeColumns, ratioColumn("× raw COPY"), ...costColumns]),
      ],
      targets: targetsOf(measured),
      measured,
    };
  },
};
