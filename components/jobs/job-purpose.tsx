"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { JobSummary } from "@/lib/contract/job";

/** What the job is for in an export of changes, in words; nothing for an export by itself. */
export function JobPurpose({
  job,
}: {
  job: Pick<JobSummary, "purpose" | "since" | "membership" | "patients">;
}) {
  const t = useTranslations("jobs.purpose");
  const format = useFormatter();
  if (job.purpose === null) return null;
  if (job.purpose === "members")
    return <>{job.membership ? t("members-known", job.membership) : t("members")}</>;
  if (job.purpose === "new_members")
    return (
      <>
        {job.patients === null ? t("new-members-all") : t("new-members", { count: job.patients })}
      </>
    );
  const time = job.since
    ? format.dateTime(new Date(job.since), { dateStyle: "medium", timeStyle: "short" })
    : "–";
  return <>{t("changes", { time })}</>;
}
