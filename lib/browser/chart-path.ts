import { ChartName } from "@/lib/contract/chart";
import { type ChartFilter, chartParams } from "./chart-filter";

export type AskedChart = {
  filter: ChartFilter;
  code?: string;
  unit?: string;
  /** of a distribution: in place of its own */
  bins?: { width: number; from: number; to: number };
};

/** Where a chart's numbers are asked for; the same text each time, so that it can be asked for ahead. */
export function chartPath(name: ChartName, { filter, code, unit, bins }: AskedChart): string {
  const query = chartParams(filter);
  if (code) query.set("code", code);
  if (unit) query.set("unit", unit);
  if (bins) {
    for (const [part, value] of Object.entries(bins)) query.set(`bin_${part}`, String(value));
  }
  return `/api/charts/${name}?${query}`;
}

const withoutCode = ChartName.options.filter(
  (name) => name !== "observation-distribution" && name !== "observation-trend",
);

/**
 * The charts that the page Visualize certainly asks for first. None where patients or a period are chosen, or
 * one is zoomed in on: some charts leave that out of their question.
 */
export function chartsAhead({ sex, age, from, to }: ChartFilter, zoomed: boolean): ChartName[] {
  return zoomed || sex.length > 0 || age.length > 0 || from || to ? [] : withoutCode;
}
