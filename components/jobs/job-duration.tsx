"use client";

import { useClock } from "@/components/format/use-clock";
import { useDuration } from "@/components/format/use-duration";
import { isActive } from "@/lib/browser/jobs-queries";
import type { JobSummary } from "@/lib/contract/job";

/** Milliseconds from the start to the end, or to now while the job runs. */
export const jobMs = (job: Pick<JobSummary, "created_at" | "ended_at">, now: number): number =>
  Math.max(0, (job.ended_at ? Date.parse(job.ended_at) : now) - Date.parse(job.created_at));

/** How long a job has taken; counts on while it runs. */
export function JobDuration({ job }: { job: JobSummary }) {
  const duration = useDuration();
  const now = useClock(1_000, isActive(job));
  const ms = jobMs(job, now);
  return <>{duration(isActive(job) ? Math.floor(ms / 1_000) * 1_000 : ms)}</>;
}
