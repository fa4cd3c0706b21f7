"use client";

import { Progress } from "@mantine/core";
import { useTranslations } from "use-intl";
import { isActive } from "@/lib/browser/jobs-queries";
import type { JobSummary } from "@/lib/contract/job";

const colors = { completed: "green", failed: "red", cancelled: "gray" } as const;

/** The bar of a job; striped and moving while the amount of work is not known yet. */
export function JobProgress({ job, size = "sm" }: { job: JobSummary; size?: "xs" | "sm" | "md" }) {
  const t = useTranslations("jobs.detail");
  const running = isActive(job);
  const known = !running || job.progress_ratio !== null;
  const value = job.status === "completed" ? 100 : Math.round((job.progress_ratio ?? 0) * 100);
  return (
    <Progress.Root size={size}>
      <Progress.Section
        value={known ? value : 100}
        aria-label={t("progress")}
        aria-valuetext={known ? `${value} %` : "…"}
        color={colors[job.status as keyof typeof colors] ?? "blue"}
        striped={running}
        animated={running}
        opacity={known ? 1 : 0.35}
      />
    </Progress.Root>
  );
}
