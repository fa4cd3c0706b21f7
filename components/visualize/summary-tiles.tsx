"use client";

import { Group, Paper, Skeleton, Text, Tooltip } from "@mantine/core";
import {
  IconAlertCircle,
  IconCalendar,
  IconChecks,
  IconDatabase,
  IconListDetails,
  IconQuestionMark,
  IconUsers,
} from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import type { ChartData } from "@/lib/contract/chart";
import classes from "./visualize.module.css";

function Tile({
  icon,
  name,
  value,
  words = false,
  children,
}: {
  icon: ReactNode;
  name: string;
  value: ReactNode;
  /** words are longer than numbers */
  words?: boolean;
  children: ReactNode;
}) {
  return (
    <Paper withBorder p="md" className={classes.tile}>
      <dt>
        {icon}
        {name}
      </dt>
      <dd className={classes.figure} data-words={words || undefined}>
        {value}
      </dd>
      <dd className={classes.under}>{children}</dd>
    </Paper>
  );
}

/** The first row: how many patients and resources, from when to when, from which jobs. */
export function SummaryTiles({
  query,
  source,
}: {
  query: UseQueryResult<ChartData<"summary">>;
  source: string;
}) {
  const t = useTranslations("visualize.summary");
  const format = useFormatter();
  const data = query.data;
  if (!data)
    return query.error ? (
      <FailureAlert failure={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <div className={classes.tiles} aria-busy>
        {["patients", "resources", "period", "jobs"].map((name) => (
          <Skeleton key={name} height={106} />
        ))}
      </div>
    );
  const from = data.period && new Date(data.period.from);
  const to = data.period && new Date(data.period.to);
  const months = from && to ? Math.round((to.getTime() - from.getTime()) / 2_629_800_000) : 0;
  const states = [
    {
      key: "complete",
      count: data.jobs_complete,
      icon: IconChecks,
      color: "light-dark(#2b6a30, #8ce99a)",
    },
    {
      key: "incomplete",
      count: data.jobs_incomplete,
      icon: IconAlertCircle,
      color: "light-dark(#994b00, #ffc078)",
    },
    { key: "unknown", count: data.jobs_unknown, icon: IconQuestionMark, color: "dimmed" },
  ] as const;
  return (
    <dl
      className={classes.tiles}
      aria-label={t("label")}
      data-old={query.isPlaceholderData || undefined}
    >
      <Tile
        icon={<IconUsers size={16} aria-hidden />}
        name={t("patients")}
        value={format.number(data.patients)}
      >
        {source}
      </Tile>
      <Tile
        icon={<IconDatabase size={16} aria-hidden />}
        name={t("resources")}
        value={format.number(data.resources)}
      >
        {data.patients > 0
          ? t("per-patient", {
              count: format.number(data.resources / data.patients, { maximumFractionDigits: 0 }),
            })
          : source}
      </Tile>
      <Tile
        icon={<IconCalendar size={16} aria-hidden />}
        name={t("period")}
        value={
          from && to
            ? format.dateTimeRange(from, to, { year: "numeric", month: "short" })
            : t("period-none")
        }
        words
      >
        {from && to
          ? months < 24
            ? t("months", { count: Math.max(1, months) })
            : t("years", { count: Math.round(months / 12) })
          : source}
      </Tile>
      <Tile
        icon={<IconListDetails size={16} aria-hidden />}
        name={t("jobs")}
        value={format.number(data.jobs)}
      >
        <Group gap="xs">
          {states
            .filter(({ count }) => count > 0)
            .map(({ key, count, icon: Icon, color }) => (
              <Tooltip
                key={key}
                label={t("unknown-help")}
                disabled={key !== "unknown"}
                multiline
                maw={260}
              >
                <Text span size="xs" className={classes.state} c={color}>
                  <Icon size={14} aria-hidden />
                  {t(key, { count: format.number(count) })}
                </Text>
              </Tooltip>
            ))}
        </Group>
      </Tile>
    </dl>
  );
}
