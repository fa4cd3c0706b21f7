"use client";

import { Group, Paper, Progress, Stack, Text, ThemeIcon, Title, Tooltip } from "@mantine/core";
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
  const format = useFormatter();
  // A line too few here and one too many there is no sum that adds up.
  const differing = job.files_mismatched;
  const sent = new Set(job.types.map(({ type }) => type));
  const without =
    job.status === "completed" && !sent.has(null)
      ? job.resource_types.filter((type) => !sent.has(type))
      : [];
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
          : differing > 0
            ? {
                color: "yellow",
                icon: IconAlertTriangle,
                text: t("adds-up-files", { count: differing }),
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
        <Sign>{missing === 0 ? "=" : isActive(job) ? "≥" : "≠"}</Sign>
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
        {totals.rejected > 0 ? (
          <Attention>{t("rejected-note", { count: totals.rejected })}</Attention>
        ) : null}
        {totals.server_errors > 0 ? (
          <Attention>{t("server-errors", { count: totals.server_errors })}</Attention>
        ) : null}
        {without.length > 0 ? (
          <Text size="sm" c="dimmed">
            {t("types-without", { types: format.list(without) })}
          </Text>
        ) : null}
        {job.deletions > 0 ? (
          <Text size="sm" c="dimmed">
            {t("deletions", { count: job.deletions })}
          </Text>
        ) : null}
      </Stack>
      <ByType job={job} />
    </Paper>
  );
}

function Attention({ children }: { children: string }) {
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <ThemeIcon size={20} radius="xl" variant="light" color="yellow" aria-hidden>
        <IconAlertTriangle size={13} />
      </ThemeIcon>
      <Text size="sm">{children}</Text>
    </Group>
  );
}

/** How far each resource type is, all its files together. */
function ByType({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const format = useFormatter();
  const sorted = job.types.flatMap(({ type, ...sum }) => (type === null ? [] : [{ type, ...sum }]));
  if (sorted.length === 0) return null;
  return (
    <>
      <Text size="sm" fw={600} mt="lg" mb={6}>
        {t("types")}
      </Text>
      <Stack gap={8} className="numbers">
        {sorted.slice(0, 8).map(({ type, ...sum }) => {
          const ratio = sum.expected ? Math.min(1, sum.lines / sum.expected) : 1;
          return (
            <div key={type}>
              <Group justify="space-between" gap="xs">
                <Text size="xs">{type}</Text>
                <Text size="xs" c="dimmed">
                  {sum.expected !== null && sum.expected !== sum.lines
                    ? t("type-of", { accepted: sum.lines, expected: sum.expected })
                    : format.number(sum.accepted)}
                </Text>
              </Group>
              <Progress.Root size={4} mt={2}>
                <Progress.Section
                  value={ratio * 100}
                  color={ratio < 1 && !isActive(job) ? "yellow" : isActive(job) ? "blue" : "green"}
                  aria-label={type}
                />
              </Progress.Root>
            </div>
          );
        })}
      </Stack>
    </>
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
