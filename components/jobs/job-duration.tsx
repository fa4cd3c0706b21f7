"use client";

import { useClock } from "@/components/format/use-clock";
import { useDuration } from "@/components/format/use-duration";
import type { JobSummary } from "@/lib/contract/job";

/** Milliseconds from the start to the end, or to now while the job runs. */
export const jobMs = (job: Pick<JobSummary, "created_at" | "ended_at">, now: number): number =>
  Math.max(0, (job.ended_at ? Date.parse(job.ended_at) : now) - Date.parse(job.created_at));

/** How long a job, or a batch of them, has taken; counts on while it runs. */
export function JobDuration({ job }: { job: Pick<JobSummary, "created_at" | "ended_at"> }) {
  const duration = useDuration();
  const runs = job.ended_at === null;
  const now = useClock(1_000, runs);
  const ms = jobMs(job, now);
  return <>{duration(runs ? Math.floor(ms / 1_000) * 1_000 : ms)}</>;
}
