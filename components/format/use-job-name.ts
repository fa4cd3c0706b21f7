"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { JobSummary } from "@/lib/contract/job";

/**
 * How a job is called where there is no room for a table row.
 * `short`: "BMC HealthNet · 23 Nov"; `long` adds time, status (where it is told) and the end of its id.
 */
export function useJobName(): (
  job: Pick<
    JobSummary,
    "job_id" | "level" | "group_id" | "group_name" | "connection_name" | "created_at"
  > & { status?: JobSummary["status"] },
) => { short: string; long: string } {
  const t = useTranslations("jobs");
  const format = useFormatter();
  return (job) => {
    const target =
      job.level === "group"
        ? (job.group_name ?? job.group_id ?? job.connection_name)
        : t(`target.${job.level}`);
    const created = new Date(job.created_at);
    const day = format.dateTime(created, { day: "numeric", month: "short" });
    const time = format.dateTime(created, { dateStyle: "medium", timeStyle: "short" });
    return {
      short: `${target} · ${day}`,
      long: [
        target,
        time,
        ...(job.status ? [t(`status.${job.status}`)] : []),
        `…${job.job_id.slice(-8)}`,
      ].join(" · "),
    };
  };
}
