import type { Completeness, JobStage, JobTotals } from "@/lib/contract/job";

/**
 * Did everything arrive? Complete is what can be shown: every file loaded, every count of the
 * manifest met, nothing rejected, no error told by the server.
 * @param counts.warning what the job's end said; attachments that did not come are missing too
 * @param counts.mismatched files whose lines differ from the manifest's count
 * @param counts.unread lines of error and deleted files that could not be read: what they would have
 *   told is not known
 */
export function completenessOf(
  stage: JobStage,
  totals: Pick<JobTotals, "files" | "expected" | "rejected" | "server_errors">,
  counts: { mismatched: number; unread: number; warning?: string | null },
): Completeness {
  if (stage === "failed" || stage === "cancelled") return "incomplete";
  if (stage !== "done") return "unknown";
  if (counts.warning === "attachments-failed") return "incomplete";
  const amiss = [totals.rejected, totals.server_errors, counts.mismatched, counts.unread];
  if (amiss.some((count) => count > 0)) return "incomplete";
  if (totals.files === 0 || totals.expected === null) return "unknown";
  return "complete";
}

/**
 * SQL: is the loaded file `f` not what the manifest announced? Servers count in error files the
 * resources that failed, not the lines, so there only an empty file contradicts its count.
 */
export const mismatchedSql = `(f.state = 'loaded' AND CASE f.kind
  WHEN 'error' THEN f.expected_count > 0 AND f.lines = 0
  ELSE f.expected_count <> f.lines END)`;

/** SQL: does the issue tell of a failure? A severity that FHIR does not know may be one. */
export const isErrorSql = "lower(severity) NOT IN ('success', 'information', 'warning')";
