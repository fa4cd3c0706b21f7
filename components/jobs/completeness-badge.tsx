"use client";

import { Text, Tooltip } from "@mantine/core";
import { IconAlertCircle, IconChecks, IconQuestionMark } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { Pill } from "@/components/format/pill";
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
  const { color, icon } = looks[completeness];
  return (
    <Tooltip label={t(`${completeness}-why`)} multiline maw={280}>
      <Pill color={color} icon={icon}>
        {t(completeness)}
      </Pill>
    </Tooltip>
  );
}
