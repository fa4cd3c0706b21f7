import { type ChartCell, type ChartTable, cellValue } from "./csv-text";

/** One line of a chart's table, of one set of jobs: what it is about, and its numbers. */
export type SetRow = { key: string; labels: (string | null)[]; values: ChartCell[] };

/**
 * The table of a chart. Of one set: its labels and numbers. Of two that are compared: the lines of
 * both, and for every number that of A, that of B and how much B has more.
 * @param missing what a line says of the set that has it not: 0 where that is known, else null
 */
export function setTable({
  labels,
  values,
  sets,
  difference,
  missing,
}: {
  labels: string[];
  values: string[];
  sets: { name: string; rows: SetRow[] }[];
  /** the word for it */
  difference: string;
  missing: 0 | null;
}): ChartTable {
  const [a, b] = sets;
  if (!a || !b)
    return {
      columns: [...labels, ...values],
      rows: (a?.rows ?? []).map((row) => [...row.labels, ...row.values]),
    };
  const ofA = new Map(a.rows.map((row) => [row.key, row]));
  const ofB = new Map(b.rows.map((row) => [row.key, row]));
  const lines = [...a.rows, ...b.rows.filter(({ key }) => !ofA.has(key))];
  return {
    columns: [
      ...labels,
      ...values.flatMap((value) => [
        `${value} · ${a.name}`,
        `${value} · ${b.name}`,
        values.length > 1 ? `${value} · ${difference}` : difference,
      ]),
    ],
    rows: lines.map((line) => [
      ...line.labels,
      ...values.flatMap((_, at) => {
        const pair = [ofA, ofB].map((of) => {
          const row = of.get(line.key);
          return row ? (row.values[at] ?? null) : missing;
        });
        const [one, other] = pair.map((cell) => cellValue(cell));
        const more =
          typeof one === "number" && typeof other === "number"
            ? // 0.3 − 0.1 is not 0.2.
              Number((other - one).toPrecision(12))
            : null;
        return [...pair, more];
      }),
    ]),
  };
}
