import type { ReactNode } from "react";
import type { CardSet } from "@/components/charts/chart-card";
import type { ChartFilter } from "@/lib/browser/chart-filter";
import { chartParams } from "@/lib/browser/chart-filter";
import type { ChartScope } from "@/lib/browser/charts-queries";

/** One set of jobs that is looked at, and how to say so. */
export type ViewSet = ChartScope & {
  /** "A" or "B" where two are compared */
  name: string | null;
  /** which jobs, in words */
  words: string;
  /** the same and whether they are complete, for pictures in files */
  inFile: string;
  /** which jobs, and whether they are complete */
  source: ReactNode;
};

/** What every card is told. */
export type View = {
  /** one, or two side by side */
  sets: [ViewSet] | [ViewSet, ViewSet];
  /** what both sets are filtered by */
  filter: ChartFilter;
  /** the months that charts over time show; null: all */
  zoom: { from: string; to: string } | null;
  /** the filters in words */
  facts: string[];
  set: (changes: Record<string, string | string[] | null>) => void;
};

/** Where the rows behind a number are listed: the filter, and what the number is of. */
export function dataPath(filter: ChartFilter, query: Record<string, string | null>): string {
  const params = chartParams(filter);
  for (const [name, value] of Object.entries(query)) {
    params.delete(name);
    if (value !== null) params.set(name, value);
  }
  return `/data?${params}`;
}

/** The sets as a card shows them. */
export const cardSets = (
  { sets }: View,
  href: (filter: ChartFilter) => string | undefined,
): CardSet[] =>
  sets.map(({ name, source, inFile, filter }) => ({
    name,
    source,
    words: inFile,
    href: href(filter),
  }));
