"use client";

import { Loader, Text, ThemeIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconMinus, IconPoint, IconX } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "use-intl";
import { useClock } from "@/components/format/use-clock";
import { useDuration } from "@/components/format/use-duration";
import { isActive } from "@/lib/browser/jobs-queries";
import type { JobSummary } from "@/lib/contract/job";
import styles from "./stage-timeline.module.css";
import { type StageView, stagesOf } from "./stages-of";

/** Kick-off, preparing, downloading, loading, completed: where the job is and how long each took. */
export function StageTimeline({ job }: { job: JobSummary }) {
  const t = useTranslations("jobs.detail");
  const tStatus = useTranslations("jobs.status");
  const format = useFormatter();
  const duration = useDuration();
  const now = useClock(1_000, isActive(job));
  return (
    <ol className={styles.stages} aria-label={t("stages")}>
      {stagesOf(job).map((stage) => {
        const from = stage.startedAt ? Date.parse(stage.startedAt) : null;
        const to = stage.endedAt ? Date.parse(stage.endedAt) : null;
        const spent = (ms: number) => duration(Math.max(0, ms));
        const waiting = stage.state === "waiting";
        const told = waiting
          ? t("stage-waiting")
          : stage.state === "now" && from !== null
            ? t("stage-now", { time: spent(Math.floor((now - from) / 1_000) * 1_000) })
            : stage.name === "done" && to !== null
              ? format.dateTime(to, { timeStyle: "medium" })
              : from !== null && to !== null
                ? spent(to - from)
                : "";
        return (
          <li key={stage.name} className={styles.stage} data-state={stage.state}>
            <Mark state={stage.state} cancelled={job.status === "cancelled"} />
            <div>
              <Text size="sm" fw={waiting ? 400 : 600} c={waiting ? "dimmed" : undefined}>
                {t(`stage.${stage.name}`)}
              </Text>
              <Tooltip
                disabled={from === null}
                label={
                  from === null
                    ? ""
                    : [from, to]
                        .filter((at) => at !== null)
                        .map((at) =>
                          format.dateTime(at, { dateStyle: "medium", timeStyle: "medium" }),
                        )
                        .join(" – ")
                }
              >
                <Text size="xs" c="dimmed" className="numbers" w="fit-content">
                  {told}
                  {stage.state === "stopped"
                    ? ` · ${job.status === "cancelled" ? tStatus("cancelled") : t("stage-failed")}`
                    : ""}
                </Text>
              </Tooltip>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function Mark({ state, cancelled }: { state: StageView["state"]; cancelled: boolean }) {
  if (state === "now")
    return (
      <ThemeIcon size={24} radius="xl" variant="light" color="blue" aria-hidden>
        <Loader size={14} color="blue" />
      </ThemeIcon>
    );
  const [color, icon] =
    state === "done"
      ? ["green", <IconCheck key="i" size={14} stroke={2.5} />]
      : state === "waiting"
        ? ["gray", <IconPoint key="i" size={14} />]
        : cancelled
          ? ["gray", <IconMinus key="i" size={14} />]
          : ["red", <IconX key="i" size={14} stroke={2.5} />];
  return (
    <ThemeIcon
      size={24}
      radius="xl"
      variant={state === "waiting" ? "default" : "filled"}
      color={color as string}
      aria-hidden
    >
      {icon}
    </ThemeIcon>
  );
}
