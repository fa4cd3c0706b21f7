"use client";

import { Anchor, Group, Paper, Stack, Table, Text, ThemeIcon, Title, Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconInfoSmall,
  IconLoader2,
  IconQuestionMark,
} from "@tabler/icons-react";
import { useFormatter, useTranslations } from "use-intl";
import { Link } from "@/components/frame/link";
import { Explained } from "@/components/help/explained";
import { isActive } from "@/lib/browser/jobs-queries";
import type { JobDetail } from "@/lib/contract/job";
import { CompletenessBadge } from "./completeness-badge";
import { type Evidence, evidenceOf } from "./evidence-of";

const looks = {
  ok: { color: "green", icon: IconCheck },
  missing: { color: "yellow", icon: IconAlertTriangle },
  note: { color: "blue", icon: IconInfoSmall },
  open: { color: "gray", icon: IconQuestionMark },
  waits: { color: "gray", icon: IconLoader2 },
} as const satisfies Record<Evidence["state"], { color: string; icon: typeof IconCheck }>;

/** Did everything arrive? The sum that a person can check, each thing that shows it, and the sum of each type. */
export function JobEvidence({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const { totals } = job;
  const announced = totals.expected;
  const missing = announced === null ? 0 : announced - totals.lines;
  return (
    <Paper component="section" withBorder p="md" radius="md" h="100%" id="completeness">
      <Group justify="space-between" mb="sm">
        <Group gap={4}>
          <Title order={2} size="h4">
            {t("totals")}
          </Title>
          <Explained word="completeness" />
        </Group>
        <CompletenessBadge completeness={job.completeness} ended={!isActive(job)} />
      </Group>
      <Group gap="sm" align="flex-end" wrap="wrap" className="numbers">
        <Term
          label={announced === null ? t("lines") : t("expected")}
          value={announced ?? totals.lines}
        />
        {/* A sign stays with the figure after it where the line breaks. */}
        <Group gap="sm" align="flex-end" wrap="nowrap">
          <Sign>{missing === 0 ? "=" : isActive(job) ? "≥" : "≠"}</Sign>
          <Term label={t("accepted")} value={totals.accepted} />
        </Group>
        <Group gap="sm" align="flex-end" wrap="nowrap">
          <Sign>+</Sign>
          <Tooltip label={t("duplicates-why")}>
            <div>
              <Term label={t("duplicate")} value={totals.duplicates} />
            </div>
          </Tooltip>
        </Group>
        <Group gap="sm" align="flex-end" wrap="nowrap">
          <Sign>+</Sign>
          <Term
            label={t("rejected")}
            value={totals.rejected}
            color={totals.rejected ? "red" : undefined}
          />
        </Group>
      </Group>
      <Stack component="ul" gap={6} mt="md" p={0} mb={0} style={{ listStyle: "none" }}>
        {evidenceOf(job).map((evidence) => (
          <Item key={evidence.name} job={job} evidence={evidence} />
        ))}
        {job.deletions > 0 ? (
          <Text component="li" size="sm" c="dimmed" pl={28}>
            {t("deletions", { count: job.deletions })}
          </Text>
        ) : null}
      </Stack>
      <ByType job={job} />
    </Paper>
  );
}

function Item({ job, evidence }: { job: JobDetail; evidence: Evidence }) {
  const t = useTranslations("jobs.evidence");
  const format = useFormatter();
  const { name, state, says, values, types } = evidence;
  const { color, icon: Icon } = looks[state];
  // While lines arrive the sentences about the end would be untrue.
  const text =
    state === "waits"
      ? t(`${name}.waits` as never, values as never)
      : t(`${name}.${says}` as never, { ...values, types: format.list(types ?? []) } as never);
  const more =
    state === "missing" && ["files", "counts", "rejected"].includes(name)
      ? { href: `/jobs/${job.job_id}?amiss=true#files`, label: t("which-files") }
      : null;
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="flex-start">
      <ThemeIcon size={20} radius="xl" variant="light" color={color} aria-hidden>
        <Icon size={13} />
      </ThemeIcon>
      <Text size="sm" className="numbers" c={state === "waits" ? "dimmed" : undefined}>
        {text}
        {more ? (
          <>
            {" "}
            <Anchor component={Link} href={more.href} size="sm" underline="always">
              {more.label}
            </Anchor>
          </>
        ) : null}
      </Text>
    </Group>
  );
}

/** The same sum for each resource type, all its files together. */
function ByType({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const format = useFormatter();
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  const sorted = job.types.flatMap(({ type, ...sum }) => (type === null ? [] : [{ type, ...sum }]));
  if (sorted.length === 0) return null;
  return (
    <Table.ScrollContainer
      minWidth={380}
      mah={300}
      mt="md"
      type="native"
      tabIndex={0}
      role="region"
      aria-label={t("types")}
      style={{ overflowY: "auto" }}
    >
      <Table fz="sm" verticalSpacing={4} horizontalSpacing={6} stickyHeader className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("types")}</Table.Th>
            {(["expected", "accepted", "duplicate", "rejected"] as const).map((column) => (
              <Table.Th key={column} scope="col" ta="right">
                {t(column)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map(({ type, ...sum }) => {
            const differs = !isActive(job) && sum.expected !== null && sum.expected !== sum.lines;
            return (
              <Table.Tr key={type}>
                <Table.Th scope="row" fw={400}>
                  {type}
                </Table.Th>
                <Table.Td ta="right">
                  {differs ? (
                    <Group gap={4} wrap="nowrap" justify="flex-end">
                      <IconAlertTriangle
                        size={14}
                        color="light-dark(var(--mantine-color-yellow-9), var(--mantine-color-yellow-4))"
                        aria-label={t("type-differs")}
                      />
                      <b>{number(sum.expected)}</b>
                    </Group>
                  ) : (
                    number(sum.expected)
                  )}
                </Table.Td>
                <Table.Td ta="right">{number(sum.accepted)}</Table.Td>
                <Table.Td ta="right">{number(sum.duplicates)}</Table.Td>
                <Table.Td ta="right">{number(sum.rejected)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
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
