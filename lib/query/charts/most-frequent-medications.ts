import type { ChartNumbers } from "@/lib/contract/chart";
import { codeCounts } from "../code-counts";
import type { Selection } from "../selection";

/** The twenty medications that are requested most often, and how many different ones there are. */
export async function mostFrequentMedications(
  selection: Selection,
): Promise<ChartNumbers<"most-frequent-medications">> {
  return codeCounts("medication_requests", selection);
}
