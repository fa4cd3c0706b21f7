import type { ChartData, ChartName } from "@/lib/contract/chart";
import type { ChosenJobs } from "./chosen-jobs";

/** What a chart is made of: the jobs that were chosen, and what their resources must meet. */
export type Selection = {
  jobs: ChosenJobs;
  /** where the numbers come from */
  source: ChartData<ChartName>["source"];
  /** for the charts that need one */
  code?: string;
  unit?: string;
};
