import type { JobStage, JobStatus } from "@/lib/contract/job";

/** The stage as scripts know it. */
export const statusOf: Record<JobStage, JobStatus> = {
  kickoff: "queued",
  poll: "in-progress",
  download: "downloading",
  load: "downloading",
  done: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

export type ProgressFacts = {
  stage: JobStage;
  mode?: "bulk" | "search";
  serverProgress: string | null;
  files: number;
  filesDownloaded: number;
  filesLoaded: number;
  filesFailed: number;
  /** sum of the manifest's counts; null where any is missing */
  expected: number | null;
  lines: number;
  records: number;
  /** lines of any file */
  rejected: number;
  /** files whose lines differ from the manifest's count */
  mismatched: number;
  /** told in the manifest's error files */
  serverErrors: number;
  /** why it failed, or why it waits */
  trouble: string | null;
  attempts: number;
  /** until the next attempt or the start; null where nothing waits */
  waitSeconds: number | null;
};

const count = (n: number) => n.toLocaleString("en-US");
const plural = (n: number, noun: string) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** The number before a per cent sign in the server's own words, as 0…1; null where there is none. */
export function percentOf(serverProgress: string | null): number | null {
  const percent = /(\d+(?:\.\d+)?)\s*%/.exec(serverProgress ?? "")?.[1];
  return percent === undefined ? null : Math.min(1, Number(percent) / 100);
}

/** How far the present stage is, 0…1, where that can be known. */
export function progressRatio(job: ProgressFacts): number | null {
  if (job.stage === "done") return 1;
  if (job.stage === "poll") return percentOf(job.serverProgress);
  if (job.stage !== "download" && job.stage !== "load") return null;
  if (job.expected && job.filesFailed === 0) return Math.min(1, job.lines / job.expected);
  if (job.files === 0) return null;
  const ended = job.filesLoaded + job.filesFailed;
  return Math.min(1, (ended + (job.filesDownloaded - job.filesLoaded) / 2) / job.files);
}

function sentence(job: ProgressFacts): string {
  const { serverProgress: words, stage } = job;
  switch (stage) {
    case "kickoff":
      if (job.trouble) return "Queued";
      if (job.mode === "search" && !job.waitSeconds) return "Queued: reading whom to search for";
      return job.waitSeconds ? `Queued: starts in ${job.waitSeconds} s` : "Queued: kicking off";
    case "poll": {
      const percent = percentOf(words);
      if (percent === null) return `Preparing on the server${words ? ` (${words})` : ""}`;
      const same = /^\s*\d+(\.\d+)?\s*%\s*$/.test(words ?? "");
      return `Preparing on the server: ${Math.round(percent * 100)}%${same ? "" : ` (${words})`}`;
    }
    case "download":
      if (job.mode === "search") {
        return `Searching: ${job.filesDownloaded} of ${plural(job.files, "file")}, ${plural(job.records, "record")}`;
      }
      return `Downloading: ${job.filesDownloaded} of ${plural(job.files, "file")}, ${plural(job.records, "record")}`;
    case "load":
      return `Loading: ${job.filesLoaded} of ${plural(job.files, "file")}, ${plural(job.records, "record")}`;
    case "done":
      return [
        `Completed: ${plural(job.files, "file")}`,
        plural(job.records, "record"),
        ...(job.rejected > 0 ? [`${plural(job.rejected, "line")} rejected`] : []),
        ...(job.mismatched > 0 ? [`${plural(job.mismatched, "file")} not as announced`] : []),
        ...(job.serverErrors > 0 ? [`${plural(job.serverErrors, "error")} of the server`] : []),
      ].join(", ");
    case "failed":
      return `Failed: ${job.trouble ?? "no reason was kept"}`;
    case "cancelled":
      return `Cancelled: ${plural(job.records, "record")} kept`;
  }
}

/** One English sentence for scripts, with the present trouble where the job waits because of one. */
export function progressSentence(job: ProgressFacts): string {
  const running = !["done", "failed", "cancelled"].includes(job.stage);
  if (!running || !job.trouble) return sentence(job);
  const again = job.waitSeconds ? `, next try in ${job.waitSeconds} s` : "";
  return `${sentence(job)}; waiting${again}: ${job.trouble}`;
}
