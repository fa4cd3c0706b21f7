import type { ChartData, ChartName, ChartQuery } from "@/lib/contract/chart";
import type { ChosenJobs } from "./chosen-jobs";
import type { Judged } from "./judged";
import type { People } from "./people";

/** Months, both inclusive, as 2024-05; one of them at least. */
export type Months = { from?: string; to?: string };

/** What is asked of resources, beside their job; absent: nothing. */
export type Wanted = { people?: People; months?: Months };

/** The same, with the people found in the chosen jobs (see judged). */
export type Filters = { people?: Judged; months?: Months };

/** What a chart is made of: the jobs that were chosen, and what their resources must meet. */
export type Selection = Filters & {
  jobs: ChosenJobs;
  /** where the numbers come from */
  source: ChartData<ChartName>["source"];
  /** for the charts that need one */
  code?: string;
  unit?: string;
  /** of a distribution, where it is not to choose its own */
  bins?: Bins;
};

/** Bins of equal width: the first begins at `first` widths, the last ends at `last` + 1. */
export type Bins = { width: number; first: number; last: number };

/** The bins that a query asks for; undefined: it leaves them to the chart. */
export function binsOf({
  bin_width: width,
  bin_from: from,
  bin_to: to,
}: Partial<ChartQuery>): Bins | undefined {
  if (width === undefined || from === undefined || to === undefined) return undefined;
  return { width, first: Math.round(from / width), last: Math.round(to / width) - 1 };
}

/** What a query wants; absent where it takes everything. */
export function wantedOf(query: Partial<Pick<ChartQuery, "sex" | "age" | "from" | "to">>): Wanted {
  const { sex = [], age = [], from, to } = query;
  return {
    people: sex.length + age.length > 0 ? { sex, age } : undefined,
    months: from || to ? { from, to } : undefined,
  };
}
