import { niceTicks } from "@/components/charts/nice-ticks";

type Bin = { from: number; to: number };

/** As many bins still are bars and no hatching. */
const most = 60;

const tidy = (value: number) => Number(value.toPrecision(12));

/**
 * Bins on which several distributions can be laid over each other: as wide as the widest of theirs, from the
 * lowest to the highest; one bin where all values are the same. Null where there are none.
 */
export function commonBins(sets: Bin[][]): { width: number; from: number; to: number } | null {
  const all = sets.flat();
  const low = Math.min(...all.map(({ from }) => from));
  const high = Math.max(...all.map(({ to }) => to));
  if (all.length === 0) return null;
  if (!(high > low)) return { width: 1, from: Math.floor(low), to: Math.floor(low) + 1 };
  const stepOf = (about: number) => {
    const [first = 0, second = 1] = niceTicks(low, high, about);
    return second - first;
  };
  const own = Math.max(...sets.map(([first]) => (first ? first.to - first.from : 0)));
  const width = tidy(own > 0 && (high - low) / own <= most ? own : stepOf(most / 2));
  return {
    width,
    from: tidy(Math.floor(low / width + 1e-9) * width),
    to: tidy(Math.ceil(high / width - 1e-9) * width),
  };
}
