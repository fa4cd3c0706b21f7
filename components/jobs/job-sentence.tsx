"use client";

import { useFormatter, useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { useClock } from "@/components/format/use-clock";
import { useDuration } from "@/components/format/use-duration";
import { isActive } from "@/lib/browser/jobs-queries";
import type { JobSummary } from "@/lib/contract/job";
import { jobMs } from "./job-duration";
import { timeLeftMs } from "./time-left-ms";

/** "Downloading: 14 of 22 files, 48,210 records, about 2 min left": the status as one sentence. */
export function JobSentence({ job }: { job: JobSummary }) {
  const t = useTranslations("jobs.sentence");
  const duration = useDuration();
  const format = useFormatter();
  const failureText = useFailureText();
  const now = useClock(1_000, isActive(job));
  const waitMs = job.next_run_at ? Date.parse(job.next_run_at) - now : 0;
  const wait = duration(Math.ceil(waitMs / 1_000) * 1_000);
  const time = duration(jobMs(job, now));
  const asked = Date.parse(job.failure?.asked_until ?? "");
  const until = asked > now ? format.dateTime(asked, { timeStyle: "short" }) : null;
  const records = job.records_loaded;

  if (job.cancel_requested && isActive(job)) return <>{t("cancelling")}</>;
  if (isActive(job) && job.failure && waitMs > 1_000) {
    const reason = failureText(job.failure);
    return until
      ? t("asked", { time: until, reason })
      : t("retrying", {
          attempt: job.attempts + 1,
          time: wait,
          reason,
        });
  }
  switch (job.status) {
    case "queued":
      if (job.stage === "kickoff" && waitMs > 1_000)
        return <>{t("queued-until", { time: wait })}</>;
      if (job.kicked_off_at) return <>{t("queued")}</>;
      return <>{t(job.mode === "search" ? "kickoff-search" : "kickoff")}</>;
    case "in-progress": {
      const preparing = job.server_progress
        ? t("poll-said", { said: job.server_progress })
        : t("poll");
      return (
        <>
          {preparing}
          {waitMs > 1_000 ? ` · ${t("poll-next", { time: wait })}` : ""}
        </>
      );
    }
    case "downloading": {
      const { files, files_loaded, lines } = job.totals;
      if (job.stage === "load" && files_loaded === files)
        return <>{t("settling", { records: lines })}</>;
      const left = timeLeftMs(job, now);
      return (
        <>
          {t(job.mode === "search" ? "searching" : "downloading", {
            loaded: files_loaded,
            files,
            records: lines,
          })}
          {until ? ` · ${t("asked-files", { time: until })}` : ""}
          {job.records_per_second
            ? ` · ${t("pace", { records: Math.round(job.records_per_second) })}`
            : ""}
          {left === null
            ? ""
            : ` · ${t("left", { time: duration(left < 60_000 ? Math.max(1_000, Math.round(left / 1_000) * 1_000) : Math.round(left / 60_000) * 60_000) })}`}
        </>
      );
    }
    case "completed":
      return <>{t("completed", { records, files: job.totals.files, time })}</>;
    case "failed":
      return <>{t("failed", { records, time })}</>;
    case "cancelled":
      return <>{t("cancelled", { records, time })}</>;
  }
}
