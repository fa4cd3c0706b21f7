"use client";

import { Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconAlertCircle, IconChecks, IconQuestionMark } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { Pill } from "@/components/format/pill";
import { Link } from "@/components/frame/link";
import type { Completeness } from "@/lib/contract/job";

const looks = {
  complete: { color: "green", icon: IconChecks },
  incomplete: { color: "yellow", icon: IconAlertCircle },
  unknown: { color: "gray", icon: IconQuestionMark },
} as const satisfies Record<Completeness, { color: string; icon: typeof IconChecks }>;

/**
 * Did everything arrive? The reason is told on hover and focus.
 * @param ended while a job runs there is nothing to tell yet: a dash
 * @param jobId where given, the badge leads to the evidence on that job's page
 */
export function CompletenessBadge({
  completeness,
  ended = true,
  jobId,
}: {
  completeness: Completeness;
  ended?: boolean;
  jobId?: string;
}) {
  const t = useTranslations("jobs.completeness");
  if (!ended && completeness === "unknown")
    return (
      <Text span c="dimmed" aria-label={t("running")}>
        –
      </Text>
    );
  const { color, icon } = looks[completeness];
  const pill = (
    <Pill color={color} icon={icon}>
      {t(completeness)}
    </Pill>
  );
  return (
    <Tooltip
      label={jobId ? `${t(`${completeness}-why`)} ${t("open")}` : t(`${completeness}-why`)}
      multiline
      maw={280}
    >
      {jobId ? (
        <UnstyledButton component={Link} href={`/jobs/${jobId}#completeness`} display="inline-flex">
          {pill}
        </UnstyledButton>
      ) : (
        pill
      )}
    </Tooltip>
  );
}
