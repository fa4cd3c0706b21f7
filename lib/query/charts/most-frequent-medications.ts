import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { codeCounts } from "../code-counts";

/** The twenty medications that are requested most often, and how many different ones there are. */
export async function mostFrequentMedications(
  query: ChartQuery,
): Promise<ChartData<"most-frequent-medications">> {
  return codeCounts("medication_requests", query);
}
