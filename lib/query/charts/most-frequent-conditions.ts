import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { codeCounts } from "../code-counts";

/** The twenty conditions that stand in most rows, and how many different ones there are. */
export async function mostFrequentConditions(
  query: ChartQuery,
): Promise<ChartData<"most-frequent-conditions">> {
  const column = { system: "code_system", code: "code", display: "code_display" };
  return codeCounts("conditions", column, query);
}
