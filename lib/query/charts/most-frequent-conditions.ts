import type { ChartNumbers } from "@/lib/contract/chart";
import { codeCounts } from "../code-counts";
import type { Selection } from "../selection";

/** The twenty conditions that stand in most rows, and how many different ones there are. */
export async function mostFrequentConditions(
  selection: Selection,
): Promise<ChartNumbers<"most-frequent-conditions">> {
  return codeCounts("conditions", selection);
}
