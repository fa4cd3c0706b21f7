import type { ChartData, ChartName, ChartQuery } from "@/lib/contract/chart";
import type { ChosenJobs } from "./chosen-jobs";
import type { People } from "./people";

/** Months, both inclusive, as 2024-05; one of them at least. */
export type Months = { from?: string; to?: string };

/** What a chart is made of: the jobs that were chosen, and what their resources must meet. */
export type Selection = {
  jobs: ChosenJobs;
  /** where the numbers come from */
  source: ChartData<ChartName>["source"];
  people?: People;
  months?: Months;
  /** for the charts that need one */
  code?: string;
  unit?: string;
};

/** The filters of a query; absent where they take everything. */
export function filtersOf(
  query: Partial<Pick<ChartQuery, "sex" | "age" | "from" | "to">>,
): Pick<Selection, "people" | "months"> {
  const { sex = [], age = [], from, to } = query;
  return {
    people: sex.length + age.length > 0 ? { sex, age } : undefined,
    months: from || to ? { from, to } : undefined,
  };
}
