"use client";

import { Badge, Text, Tooltip } from "@mantine/core";
import { IconAlertCircle, IconChecks, IconQuestionMark } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import type { Completeness } from "@/lib/contract/job";

const looks = {
  complete: { color: "green", icon: IconChecks },
  incomplete: { color: "yellow", icon: IconAlertCircle },
  unknown: { color: "gray", icon: IconQuestionMark },
} as const satisfies Record<Completeness, { color: string; icon: typeof IconChecks }>;

/**
 * Did everything arrive? The reason is told on hover and focus.
 * @param ended while a job runs there is nothing to tell yet: a dash
 */
export function CompletenessBadge({
  completeness,
  ended = true,
}: {
  completeness: Completeness;
  ended?: boolean;
}) {
  const t = useTranslations("jobs.completeness");
  if (!ended && completeness === "unknown")
    return (
      <Text span c="dimmed" aria-label={t("running")}>
        –
      </Text>
    );
  const { color, icon: Icon } = looks[completeness];
  return (
    <Tooltip label={t(`${completeness}-why`)} multiline maw={280}>
      <Badge
        radius="sm"
        tt="none"
        fw={500}
        leftSection={<Icon size={14} stroke={1.8} aria-hidden />}
        bg={`var(--mantine-color-${color}-light)`}
        c={`light-dark(var(--mantine-color-${color}-9), var(--mantine-color-${color}-2))`}
        style={{ flexShrink: 0 }}
      >
        {t(completeness)}
      </Badge>
    </Tooltip>
  );
}
