import type { Completeness, JobStage, JobTotals } from "@/lib/contract/job";

/**
 * Did everything arrive? Complete is what can be shown: every file loaded, every count of the
 * manifest met, nothing rejected, no error told by the server.
 * @param counts.mismatched files whose lines differ from the manifest's count
 */
export function completenessOf(
  stage: JobStage,
  totals: Pick<JobTotals, "files" | "expected" | "rejected" | "server_errors">,
  counts: { mismatched: number },
): Completeness {
  if (stage === "failed" || stage === "cancelled") return "incomplete";
  if (stage !== "done") return "unknown";
  if (totals.rejected > 0 || totals.server_errors > 0 || counts.mismatched > 0) return "incomplete";
  if (totals.files === 0 || totals.expected === null) return "unknown";
  return "complete";
}
