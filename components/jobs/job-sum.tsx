"use client";

import { Group, Paper, Stack, Text, ThemeIcon, Title, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconLoader2, IconQuestionMark } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "use-intl";
import { isActive } from "@/lib/browser/jobs-queries";
import type { JobDetail } from "@/lib/contract/job";
import { CompletenessBadge } from "./completeness-badge";

/** expected = accepted + duplicate + rejected, as a sum that a person can check. */
export function JobSum({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const { totals } = job;
  const announced = totals.expected;
  const missing = announced === null ? 0 : announced - totals.lines;
  const verdict = isActive(job)
    ? { color: "blue", icon: IconLoader2, text: t("adds-up-running") }
    : announced === null
      ? { color: "gray", icon: IconQuestionMark, text: t("adds-up-unknown") }
      : missing > 0
        ? { color: "yellow", icon: IconAlertTriangle, text: t("adds-up-not", { missing }) }
        : missing < 0
          ? {
              color: "yellow",
              icon: IconAlertTriangle,
              text: t("adds-up-more", { more: -missing }),
            }
          : { color: "green", icon: IconCheck, text: t("adds-up") };
  const Icon = verdict.icon;
  return (
    <Paper withBorder p="md" radius="md" h="100%">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t("totals")}
        </Title>
        <CompletenessBadge completeness={job.completeness} ended={!isActive(job)} />
      </Group>
      <Group gap="sm" align="flex-end" wrap="wrap" className="numbers">
        <Term
          label={announced === null ? t("lines") : t("expected")}
          value={announced ?? totals.lines}
        />
        <Sign>{!isActive(job) && missing !== 0 ? "≠" : "="}</Sign>
        <Term label={t("accepted")} value={totals.accepted} />
        <Sign>+</Sign>
        <Tooltip label={t("duplicates-why")}>
          <div>
            <Term label={t("duplicate")} value={totals.duplicates} />
          </div>
        </Tooltip>
        <Sign>+</Sign>
        <Term
          label={t("rejected")}
          value={totals.rejected}
          color={totals.rejected ? "red" : undefined}
        />
      </Group>
      <Stack gap={6} mt="md">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <ThemeIcon size={20} radius="xl" variant="light" color={verdict.color} aria-hidden>
            <Icon size={13} />
          </ThemeIcon>
          <Text size="sm">{verdict.text}</Text>
        </Group>
        {totals.server_errors > 0 ? (
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <ThemeIcon size={20} radius="xl" variant="light" color="yellow" aria-hidden>
              <IconAlertTriangle size={13} />
            </ThemeIcon>
            <Text size="sm">{t("server-errors", { count: totals.server_errors })}</Text>
          </Group>
        ) : null}
        {job.deletions > 0 ? (
          <Text size="sm" c="dimmed">
            {t("deletions", { count: job.deletions })}
          </Text>
        ) : null}
      </Stack>
    </Paper>
  );
}

function Term({ label, value, color }: { label: string; value: number; color?: string }) {
  const format = useFormatter();
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text
        fz={24}
        lh={1.2}
        fw={600}
        c={
          color
            ? `light-dark(var(--mantine-color-${color}-8), var(--mantine-color-${color}-3))`
            : undefined
        }
      >
        {format.number(value)}
      </Text>
    </div>
  );
}

function Sign({ children }: { children: string }) {
  return (
    <Text fz={20} lh={1.4} c="dimmed">
      {children}
    </Text>
  );
}
