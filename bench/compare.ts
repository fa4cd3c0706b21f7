import { setTimeout as sleep } from "node:timers/promises";
import { database } from "@/lib/store/client";
import type { DataSet } from "./data-sets";
import { median } from "./median";
import type { Context } from "./suite";
import { digits, range, spread, type Table } from "./table";

export type Sample = {
  seconds: number;
  /** fewer than all, where a contender takes only part of the data: then what counts is the rate */
  resources?: number;
  nodeCpuSeconds?: number | null;
  peakRssMb?: number;
  /** until the first row could be queried */
  firstRowSeconds?: number | null;
};

export type Contender = { name: string; run: () => Promise<Sample> };

/** One contender: of each run the seconds and the ratio, of all else the median. */
export type Measured = {
  name: string;
  data: string;
  resources: number;
  bytes: number;
  seconds: number[];
  /** NaN where it is not compared */
  ratios: number[];
  nodeCpuSeconds: number;
  postgresCpuSeconds: number;
  peakRssMb: number;
  firstRowShare: number;
};

/**
 * Every contender in turn, `runs` times over (A B C A B C …), so that what slows the machine for a
 * while slows all of them.
 * @returns the turns; each holds a sample a contender, in their order
 */
export async function takeTurns<T extends { seconds: number }>(
  { runs, say }: Pick<Context, "runs" | "say">,
  data: string,
  contenders: readonly { name: string; run: () => Promise<T> }[],
): Promise<T[][]> {
  const turns: T[][] = [];
  for (let run = 0; run < runs; run += 1) {
    const turn: T[] = [];
    for (const contender of contenders) {
      // Nobody pays for what the one before has left unwritten.
      await database().pool.query("CHECKPOINT");
      const sample = await contender.run();
      turn.push(sample);
      say(`  ${data}  ${contender.name}: ${sample.seconds.toFixed(2)} s`);
    }
    turns.push(turn);
  }
  return turns;
}

/** For what takes minutes: a third run adds little to a second. */
export const atMostTwice = (context: Context): Context => ({
  ...context,
  runs: Math.min(context.runs, 2),
});

/** How a sample compares with the others of its turn, which are in the contenders' order; null: not. */
export type Ratio = (own: Sample, turn: readonly Sample[], all: DataSet) => number | null;

/** Above 1 is faster than the first contender, by the rate. */
export const timesTheFirst: Ratio = (own, [first], all) =>
  !first || own === first
    ? null
    : ((own.resources ?? all.resources) / all.resources) * (first.seconds / own.seconds);

/** The time ÷ that of another contender of the same turn. */
export const timeOver =
  (index: number): Ratio =>
  (own, turn) => {
    const other = turn[index];
    return other && other !== own ? own.seconds / other.seconds : null;
  };

/** A contender's times ÷ another's, each within its turn. */
export const timesOver = (own: Measured, other: Measured): number[] =>
  own.seconds.map((seconds, run) => seconds / (other.seconds[run] ?? Number.NaN));

/** takeTurns with all that is told of a load or a job; ratios are taken within a turn. */
export async function compare(
  context: Context,
  data: DataSet,
  contenders: readonly Contender[],
  ratio: Ratio = timesTheFirst,
): Promise<Measured[]> {
  const turns = await takeTurns(
    context,
    data.name,
    contenders.map(({ name, run }) => ({
      name,
      async run() {
        const before = context.server.cpuSeconds();
        const sample = await run();
        // A connection that has ended tells its CPU a moment later.
        await sleep(100);
        const after = context.server.cpuSeconds();
        return { ...sample, postgres: before === null || after === null ? null : after - before };
      },
    })),
  );
  return contenders.map(({ name }, index) => {
    const own = turns.flatMap((turn) => turn[index] ?? []);
    const resources = own[0]?.resources ?? data.resources;
    return {
      name,
      data: data.name,
      resources,
      bytes: data.bytes * (resources / data.resources),
      seconds: own.map(({ seconds }) => seconds),
      ratios: own.map((sample, run) => ratio(sample, turns[run] ?? [], data) ?? Number.NaN),
      nodeCpuSeconds: median(own.map((sample) => sample.nodeCpuSeconds)),
      postgresCpuSeconds: median(own.map((sample) => sample.postgres)),
      peakRssMb: median(own.map((sample) => sample.peakRssMb)),
      firstRowShare: median(
        own.map(({ firstRowSeconds, seconds }) => firstRowSeconds && firstRowSeconds / seconds),
      ),
    };
  });
}

export type Column = { title: string; cell: (one: Measured) => string };

const perResource = (cpu: number, { resources }: Measured) => digits((cpu / resources) * 1e6, 1);

/** What is told of every contender. */
export const timeColumns: readonly Column[] = [
  { title: "data", cell: ({ data }) => data },
  { title: "what", cell: ({ name }) => name },
  { title: "runs", cell: ({ seconds }) => String(seconds.length) },
  { title: "median s", cell: ({ seconds }) => digits(median(seconds), 2) },
  { title: "min–max s", cell: ({ seconds }) => range(seconds, 2) },
  {
    title: "resources/s",
    cell: ({ resources, seconds }) => digits(resources / median(seconds), 0),
  },
  { title: "MB/s", cell: ({ bytes, seconds }) => digits(bytes / 1e6 / median(seconds), 0) },
];

export const costColumns: readonly Column[] = [
  {
    title: "CPU µs/resource (Node + PostgreSQL)",
    cell: (one) =>
      `${perResource(one.nodeCpuSeconds, one)} + ${perResource(one.postgresCpuSeconds, one)}`,
  },
  { title: "peak MB", cell: ({ peakRssMb }) => digits(peakRssMb, 0) },
];

/** The ratio under a name of its own. */
export const ratioColumn = (title: string): Column => ({
  title,
  cell: ({ ratios }) =>
    spread(
      ratios.filter((ratio) => !Number.isNaN(ratio)),
      2,
    ),
});

/** A row a contender. */
export const measuredTable = (
  all: readonly Measured[],
  columns: readonly Column[],
  about: Pick<Table, "title" | "note"> = {},
): Table => ({
  ...about,
  columns: columns.map(({ title }) => title),
  rows: all.map((one) => columns.map(({ cell }) => cell(one))),
});
