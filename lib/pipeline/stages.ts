import type { JobStage } from "@/lib/contract/job";
import type { ErrorCode } from "@/lib/errors";

/** The stages in order. A job's row holds the one that is due next. */
export const stages = ["kickoff", "poll", "download", "load"] as const;

const ends = ["done", "failed", "cancelled"] as const;

/** Has the job come to an end, whichever? */
export const hasEnded = (stage: JobStage): boolean => (ends as readonly JobStage[]).includes(stage);

/** How often a step may fail in a row, of the failures that count. */
export const budgets = { kickoff: 5, poll: 20, download: 5, load: 5 } as const;

/** After these the server's export is of no use any more; after others it may still run or wait. */
const lostExports: ReadonlySet<string> = new Set<ErrorCode>([
  "kickoff-refused",
  "kickoff-no-status-url",
  "export-error",
  "export-gone",
  "too-many-files",
  "manifest-invalid",
]);

/** Has the server itself ended the export, or answered what no waiting will mend? It is still there to be deleted. */
export const isOver = (code: ErrorCode): boolean => code !== "export-gone" && lostExports.has(code);

/**
 * Where a failed job goes on when a person retries it: at its files if it has any (by way of the
 * manifest where their links have expired: servers may give fresh ones there), at the server's
 * export if that may still be there, else from a new kick-off.
 */
export function stageToRetry(job: {
  files: number;
  /** failed files whose links have expired, or are refused, as storage services do with expired ones */
  expiredFiles: number;
  statusUrl: string | null;
  errorCode: string | null;
}): JobStage {
  if (job.files > 0) return job.expiredFiles > 0 && job.statusUrl ? "poll" : "download";
  if (job.statusUrl && !lostExports.has(job.errorCode ?? "")) return "poll";
  return "kickoff";
}
