"use client";

import { Paper, Skeleton, Text, Tooltip } from "@mantine/core";
import {
  IconAlertCircle,
  IconCalendar,
  IconChecks,
  IconDatabase,
  IconListDetails,
  IconQuestionMark,
  IconUsers,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import type { ChartData } from "@/lib/contract/chart";
import { useSets } from "./use-sets";
import type { View } from "./view";
import classes from "./visualize.module.css";

function Tile({
  icon,
  name,
  sets,
  words = false,
}: {
  icon: ReactNode;
  name: string;
  /** of each set its name, its figure and what stands under it */
  sets: { name: string | null; value: ReactNode; under: ReactNode }[];
  /** words are longer than numbers */
  words?: boolean;
}) {
  return (
    <Paper withBorder p="md" className={classes.tile}>
      <dt>
        {icon}
        {name}
      </dt>
      {sets.map((set) => (
        <dd key={set.name} className={classes.tileSet}>
          <div
            className={classes.figure}
            data-words={words || undefined}
            data-two={sets.length > 1 || undefined}
          >
            {set.name ? <span className={classes.setMark}>{set.name}</span> : null}
            {set.value}
          </div>
          <div className={classes.under}>{set.under}</div>
        </dd>
      ))}
    </Paper>
  );
}

/** The first row: how many patients and resources, from when to when, from which jobs. */
export function SummaryTiles({ view }: { view: View }) {
  const t = useTranslations("visualize.summary");
  const format = useFormatter();
  const { query, data } = useSets("summary", view);
  if (data.length === 0)
    return query.error ? (
      <FailureAlert failure={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <div className={classes.tiles} aria-busy>
        {["patients", "resources", "period", "jobs"].map((name) => (
          <Skeleton key={name} height={view.sets.length > 1 ? 162 : 113} />
        ))}
      </div>
    );

  const sets = (
    of: (one: ChartData<"summary">, words: string) => { value: ReactNode; under: ReactNode },
  ) =>
    view.sets.flatMap(({ name, words }, at) => {
      const one = data[at];
      return one ? [{ name, ...of(one, words) }] : [];
    });
  const period = ({ period }: ChartData<"summary">) => {
    if (!period) return { value: t("period-none"), under: "" };
    const [from, to] = [new Date(period.from), new Date(period.to)];
    const months = Math.round((to.getTime() - from.getTime()) / 2_629_800_000);
    return {
      value: format.dateTimeRange(from, to, { year: "numeric", month: "short" }),
      under:
        months < 24
          ? t("months", { count: Math.max(1, months) })
          : t("years", { count: Math.round(months / 12) }),
    };
  };
  return (
    <dl
      className={classes.tiles}
      aria-label={t("label")}
      data-old={query.isPlaceholderData || undefined}
    >
      <Tile
        icon={<IconUsers size={16} aria-hidden />}
        name={t("patients")}
        sets={sets((one, words) => ({ value: format.number(one.patients), under: words }))}
      />
      <Tile
        icon={<IconDatabase size={16} aria-hidden />}
        name={t("resources")}
        sets={sets((one, words) => ({
          value: format.number(one.resources),
          under:
            one.patients > 0
              ? t("per-patient", {
                  count: format.number(one.resources / one.patients, { maximumFractionDigits: 0 }),
                })
              : words,
        }))}
      />
      <Tile
        icon={<IconCalendar size={16} aria-hidden />}
        name={t("period")}
        sets={sets(period)}
        words
      />
      <Tile
        icon={<IconListDetails size={16} aria-hidden />}
        name={t("jobs")}
        sets={sets((one) => ({
          value: format.number(one.jobs),
          under: <JobStates {...one} />,
        }))}
      />
    </dl>
  );
}

function JobStates({
  jobs_complete,
  jobs_incomplete,
  jobs_unknown,
}: Pick<ChartData<"summary">, "jobs_complete" | "jobs_incomplete" | "jobs_unknown">) {
  const t = useTranslations("visualize.summary");
  const format = useFormatter();
  const states = [
    {
      key: "complete",
      count: jobs_complete,
      icon: IconChecks,
      color: "light-dark(#2b6a30, #8ce99a)",
    },
    {
      key: "incomplete",
      count: jobs_incomplete,
      icon: IconAlertCircle,
      color: "light-dark(#994b00, #ffc078)",
    },
    { key: "unknown", count: jobs_unknown, icon: IconQuestionMark, color: "dimmed" },
  ] as const;
  return (
    <span className={classes.states}>
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
    </span>
  );
}
