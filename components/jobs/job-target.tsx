"use client";

import { useTranslations } from "use-intl";
import type { JobSummary } from "@/lib/contract/job";

/** What a job exports: the group's name (or id), all patients, or the whole system. */
export function JobTarget({ job }: { job: Pick<JobSummary, "level" | "group_id" | "group_name"> }) {
  const t = useTranslations("jobs.target");
  return <>{job.level === "group" ? (job.group_name ?? job.group_id) : t(job.level)}</>;
}
