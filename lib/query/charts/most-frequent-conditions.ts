import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { codeCounts } from "../code-counts";

/** The twenty conditions that stand in most rows, and how many different ones there are. */
export async function mostFrequentConditions(
  query: ChartQuery,
): Promise<ChartData<"most-frequent-conditions">> {
  return codeCounts("conditions", query);
}
