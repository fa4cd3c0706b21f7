/** One thing measured: seconds of each run, and what beside time is told. */
export type Measured = {
  name: string;
  data: string;
  resources: number;
  bytes: number;
  /** seconds, a run each */
  seconds: number[];
  /** reference seconds of the same runs ÷ these: above 1 is faster; empty for the reference itself */
  ratios: number[];
  /** medians */
  nodeCpuSeconds: number | null;
  postgresCpuSeconds: number | null;
  peakRssMb: number | null;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

const digits = (value: number | null, places: number) =>
  value === null || Number.isNaN(value) ? "–" : value.toFixed(places);
const whole = (value: number) => Math.round(value).toLocaleString("en-US");

const columns = [
  "data",
  "what",
  "runs",
  "median s",
  "min–max s",
  "resources/s",
  "MB/s",
  "× raw COPY",
  "CPU µs/resource (Node + PostgreSQL)",
  "peak MB",
] as const;

function cells(one: Measured): string[] {
  const middle = median(one.seconds);
  const perResource = (cpu: number | null) =>
    digits(cpu === null ? null : (cpu / one.resources) * 1e6, 1);
  const ratios = one.ratios.length
    ? `${digits(median(one.ratios), 2)} (${digits(Math.min(...one.ratios), 2)}–${digits(Math.max(...one.ratios), 2)})`
    : "1";
  return [
    one.data,
    one.name,
    String(one.seconds.length),
    digits(middle, 2),
    `${digits(Math.min(...one.seconds), 2)}–${digits(Math.max(...one.seconds), 2)}`,
    whole(one.resources / middle),
    digits(one.bytes / 1e6 / middle, 0),
    ratios,
    `${perResource(one.nodeCpuSeconds)} + ${perResource(one.postgresCpuSeconds)}`,
    digits(one.peakRssMb, 0),
  ];
}

/** A table for the terminal. */
export function plainTable(all: readonly Measured[]): string {
  const rows = [[...columns], ...all.map(cells)];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

/** The same as Markdown. */
export function markdownTable(all: readonly Measured[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(columns),
    row(columns.map((_, i) => (i < 2 ? "---" : "---:"))),
    ...all.map((one) => row(cells(one))),
  ].join("\n");
}
