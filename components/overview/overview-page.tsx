"use client";

import {
  Anchor,
  Button,
  Group,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
} from "@mantine/core";
import {
  IconCircleCheck,
  IconClockExclamation,
  IconMoon,
  IconPlugConnectedX,
  IconPlus,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { Loaded } from "@/components/feedback/loaded";
import { Pill } from "@/components/format/pill";
import { RelativeTime } from "@/components/format/relative-time";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { CompletenessBadge } from "@/components/jobs/completeness-badge";
import { JobDuration } from "@/components/jobs/job-duration";
import { JobSentence } from "@/components/jobs/job-sentence";
import { JobTarget } from "@/components/jobs/job-target";
import { StatusBadge } from "@/components/jobs/status-badge";
import { connectionsQuery } from "@/lib/browser/connections-queries";
import { isActive } from "@/lib/browser/jobs-queries";
import { overviewQuery } from "@/lib/browser/overview-queries";
import type { JobSummary } from "@/lib/contract/job";
import type { Overview } from "@/lib/contract/overview";
import type { Role } from "@/lib/contract/settings";
import { GuidedStart } from "./guided-start";
import { JobCard } from "./job-card";
import { Totals } from "./totals";
import { useGuide } from "./use-guide";

/** What runs, what needs somebody, what there is; while there is nothing, the way to begin. */
export function OverviewPage({ role }: { role: Role }) {
  const t = useTranslations("overview");
  const overview = useQuery(overviewQuery());
  const connections = useQuery(connectionsQuery());
  const may = role !== "viewer";
  const only = connections.data?.connections.length === 1 ? connections.data.connections[0] : null;
  const fresh = overview.data?.totals.jobs === 0;
  // Few jobs and none of them whole: the beginning. Of more than the last ones the guide knows nothing.
  const begun = overview.data && [...overview.data.running, ...overview.data.recent];
  const guide = useGuide(
    overview.data && begun
      ? overview.data.totals.jobs <= overview.data.recent.length &&
          begun.every(({ status }) => status !== "completed")
      : undefined,
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        action={
          may && overview.data && !fresh ? (
            <Button
              component={Link}
              href={only ? `/connections/${only.connection_id}` : "/connections"}
              leftSection={<IconPlus size={16} aria-hidden />}
            >
              {t("start")}
            </Button>
          ) : undefined
        }
      >
        {t("lead")}
      </PageHeader>
      <Loaded query={overview} skeleton={<Shape />}>
        {(data) =>
          guide.shown ? (
            <Stack gap="xl">
              <Loaded query={connections} skeleton={<Skeleton h={480} maw={820} />}>
                {({ connections: list }) => (
                  <GuidedStart connections={list} jobs={data.recent} may={may} onEnd={guide.end} />
                )}
              </Loaded>
            </Stack>
          ) : (
            <Everything overview={data} />
          )
        }
      </Loaded>
    </>
  );
}

function Shape() {
  return (
    <Stack gap="lg">
      <Group grow>
        {["a", "b", "c", "d", "e"].map((card) => (
          <Skeleton key={card} h={76} />
        ))}
      </Group>
      <Group grow align="stretch">
        <Skeleton h={180} />
        <Skeleton h={180} />
      </Group>
      <Skeleton h={260} />
    </Stack>
  );
}

function Everything({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  return (
    <Stack gap="xl">
      <Totals totals={overview.totals} />
      <Section
        title={t("attention")}
        count={overview.attention.length + overview.connections.length}
      >
        {overview.attention.length + overview.connections.length === 0 ? (
          <Nothing icon={<IconCircleCheck size={20} aria-hidden />}>{t("attention-none")}</Nothing>
        ) : (
          <>
            {overview.connections.map((one) => (
              <ConnectionCard key={`${one.connection_id} ${one.what}`} connection={one} />
            ))}
            {overview.attention.map((job) => (
              <JobCard key={job.job_id} job={job}>
                <Reason job={job} />
              </JobCard>
            ))}
          </>
        )}
      </Section>
      <Section title={t("running")} count={overview.running.length}>
        {overview.running.length === 0 ? (
          <Nothing icon={<IconMoon size={20} aria-hidden />}>{t("running-none")}</Nothing>
        ) : (
          overview.running.map((job) => (
            <JobCard key={job.job_id} job={job}>
              <JobSentence job={job} />
            </JobCard>
          ))
        )}
      </Section>
      <section>
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h4">
            {t("recent")}
          </Title>
          <Anchor component={Link} href="/jobs" size="sm">
            {t("all-jobs")}
          </Anchor>
        </Group>
        <Recent jobs={overview.recent} />
      </section>
    </Stack>
  );
}

function Section({
  title,
  count,
  children,
}: {
  title: string;
  count: number;
  children: ReactNode;
}) {
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {title}
        {count > 0 ? (
          <Text span c="dimmed" fw={400} className="numbers">
            {" "}
            {count}
          </Text>
        ) : null}
      </Title>
      <SimpleGrid
        cols={{ base: 1, md: count > 1 ? 2 : 1, xl: Math.min(3, Math.max(1, count)) }}
        spacing="sm"
      >
        {children}
      </SimpleGrid>
    </section>
  );
}

function Nothing({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder radius="md" p="lg">
      <Group gap="sm" wrap="nowrap" c="dimmed">
        {icon}
        <Text size="sm">{children}</Text>
      </Group>
    </Paper>
  );
}

/** A registration or token that ends, or a test that failed. */
function ConnectionCard({ connection }: { connection: Overview["connections"][number] }) {
  const t = useTranslations("overview.connection");
  const { name, what, ended, at, connection_id: id } = connection;
  return (
    <Paper withBorder radius="md" px="md" py="sm">
      <Group justify="space-between" gap={4} align="flex-start" wrap="nowrap">
        <Anchor component={Link} href={`/connections/${id}`} fw={500} lineClamp={1}>
          {name}
        </Anchor>
        <Pill
          color={ended ? "red" : "yellow"}
          icon={ended ? IconPlugConnectedX : IconClockExclamation}
        >
          {t(what === "test" ? "failed" : ended ? "ended" : "ends")}
        </Pill>
      </Group>
      {at ? (
        <Text size="xs" c="dimmed" component="div">
          <RelativeTime at={at} />
        </Text>
      ) : null}
      <Text size="sm" mt={6}>
        {t(what === "test" ? "test" : `${what}-${ended ? "ended" : "ends"}`)}
      </Text>
    </Paper>
  );
}

/** Why a job needs somebody: its failure, or what is missing from it. */
function Reason({ job }: { job: JobSummary }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const text = useFailureText();
  const tWarning = useTranslations("warnings");
  if (job.failure) return <>{text(job.failure)}</>;
  if (job.warning_code)
    return <>{tWarning(job.warning_code, { group: job.group_name ?? job.group_id ?? "" })}</>;
  const { totals } = job;
  const missing = (totals.expected ?? totals.lines) - totals.lines;
  const reasons = [
    totals.files_failed > 0 ? t("attention-files", { count: totals.files_failed }) : null,
    missing > 0 ? t("attention-missing", { count: missing }) : null,
    totals.rejected > 0 ? t("attention-rejected", { count: totals.rejected }) : null,
    totals.server_errors > 0 ? t("attention-server", { count: totals.server_errors }) : null,
  ].filter((reason) => reason !== null);
  return (
    <>
      {t("attention-incomplete", {
        reason: reasons.length ? format.list(reasons) : t("attention-more"),
      })}
    </>
  );
}

function Recent({ jobs }: { jobs: JobSummary[] }) {
  const t = useTranslations("jobs");
  const tOverview = useTranslations("overview");
  const format = useFormatter();
  return (
    <Paper withBorder radius="md" style={{ overflow: "hidden" }}>
      <Table.ScrollContainer
        minWidth={640}
        type="native"
        tabIndex={0}
        role="region"
        aria-label={tOverview("recent")}
      >
        <Table verticalSpacing="xs" horizontalSpacing="md" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("column.status")}</Table.Th>
              <Table.Th>{t("column.group")}</Table.Th>
              <Table.Th>{t("column.started")}</Table.Th>
              <Table.Th ta="right">{t("column.duration")}</Table.Th>
              <Table.Th ta="right">{t("column.records")}</Table.Th>
              <Table.Th>{t("completeness.label")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {jobs.map((job) => (
              <Table.Tr key={job.job_id}>
                <Table.Td>
                  <StatusBadge status={job.status} />
                </Table.Td>
                <Table.Td>
                  <Anchor component={Link} href={`/jobs/${job.job_id}`} size="sm" fw={500}>
                    <JobTarget job={job} />
                  </Anchor>
                  <Text size="xs" c="dimmed">
                    {job.connection_name}
                  </Text>
                </Table.Td>
                <Table.Td style={{ whiteSpace: "nowrap" }}>
                  <RelativeTime at={job.created_at} />
                </Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
                  <JobDuration job={job} />
                </Table.Td>
                <Table.Td ta="right">
                  {format.number(isActive(job) ? job.totals.lines : job.records_loaded)}
                </Table.Td>
                <Table.Td>
                  <CompletenessBadge
                    completeness={job.completeness}
                    ended={!isActive(job)}
                    jobId={job.job_id}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
