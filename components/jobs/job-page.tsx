"use client";

import { Alert, Anchor, Grid, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconArrowLeft, IconFileOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { useFailureText } from "@/components/feedback/failure-text";
import { Loaded } from "@/components/feedback/loaded";
import { Notice } from "@/components/feedback/notice";
import { Pill, type PillColor } from "@/components/format/pill";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { isActive, jobQuery } from "@/lib/browser/jobs-queries";
import type { JobDetail } from "@/lib/contract/job";
import type { Role } from "@/lib/contract/settings";
import { Attachments } from "./attachments";
import { EventLog } from "./event-log";
import { FileTable } from "./file-table";
import { Folded } from "./folded";
import { JobActions } from "./job-actions";
import { JobEvidence } from "./job-evidence";
import { JobFacts } from "./job-facts";
import { JobProgress } from "./job-progress";
import { JobPurpose } from "./job-purpose";
import { JobSentence } from "./job-sentence";
import { JobTarget } from "./job-target";
import { JobThroughput } from "./job-throughput";
import { JsonBlock } from "./json-block";
import { RejectedLines } from "./rejected-lines";
import { StageTimeline } from "./stage-timeline";
import { StatusBadge } from "./status-badge";

/** One job, live: where it is, whether everything arrived, and the evidence for each figure. */
export function JobPage({ jobId, role }: { jobId: string; role: Role }) {
  const t = useTranslations("jobs");
  const job = useQuery(jobQuery(jobId));
  return (
    <>
      <Anchor component={Link} href="/jobs" size="sm" mb="xs" display="inline-block">
        <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {t("title")}
      </Anchor>
      <Loaded
        wholePage
        query={job}
        skeleton={
          <Stack>
            <Skeleton h={60} maw={480} />
            <Skeleton h={120} />
            <Group grow align="stretch">
              <Skeleton h={220} />
              <Skeleton h={220} />
            </Group>
            <Skeleton h={240} />
          </Stack>
        }
      >
        {(detail) => <Detail job={detail} role={role} />}
      </Loaded>
    </>
  );
}

function Detail({ job, role }: { job: JobDetail; role: Role }) {
  const t = useTranslations("jobs.detail");
  const live = isActive(job);
  return (
    <>
      <PageHeader title={<JobTarget job={job} />} action={<JobActions job={job} role={role} />}>
        <Group gap="sm" wrap="wrap">
          <StatusBadge status={job.status} size="lg" />
          <Text span className="numbers" aria-live="polite">
            <JobSentence job={job} />
          </Text>
        </Group>
        {job.purpose ? (
          <Text>
            <JobPurpose job={job} />
          </Text>
        ) : null}
      </PageHeader>
      <Stack gap="lg">
        <Failed job={job} />
        <Warning job={job} />
        {job.purpose === "members" ? (
          <Text size="sm" c="dimmed">
            {t("members-note")}
          </Text>
        ) : null}
        <Paper withBorder p="md" radius="md">
          <Stack gap="md">
            <StageTimeline job={job} />
            {live ? <JobProgress job={job} size="md" /> : null}
          </Stack>
        </Paper>
        <JobThroughput job={job} />
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <JobEvidence job={job} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <JobFacts job={job} />
          </Grid.Col>
        </Grid>
        <section id="files">
          <Title order={2} size="h4" mb="sm">
            {t("files")}
          </Title>
          {job.files_left_out > 0 ? (
            <FileTable job={job} />
          ) : (
            <Paper withBorder radius="md">
              <EmptyState
                icon={<IconFileOff size={24} />}
                title={t(job.manifest ? "files-empty" : "files-none")}
              />
            </Paper>
          )}
        </section>
        <Attachments job={job} />
        <Outcomes job={job} />
        {job.rejected_lines > 0 ? <RejectedLines jobId={job.job_id} /> : null}
        <EventLog job={job} />
        <section>
          <Title order={2} size="h4" mb="xs">
            {t("json")}
          </Title>
          <Folded label={t("request")}>
            <JsonBlock value={job.request} label={t("request")} />
          </Folded>
          {job.manifest ? (
            <Folded label={t("manifest")}>
              <JsonBlock value={job.manifest} label={t("manifest")} />
            </Folded>
          ) : (
            <Text size="sm" c="dimmed" mt="xs">
              {t(job.files_left_out > 1_000 ? "manifest-long" : "manifest-none")}
            </Text>
          )}
        </section>
      </Stack>
    </>
  );
}

function Failed({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const text = useFailureText();
  if (job.status !== "failed" || !job.failure) return null;
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("failed-title")}
      styles={{ message: { overflowWrap: "anywhere" } }}
    >
      <Text size="sm">{text(job.failure)}</Text>
      {job.failure.evidence ? (
        <Folded label={t("raw")}>
          <JsonBlock value={job.failure.evidence} label={t("raw")} />
        </Folded>
      ) : null}
    </Alert>
  );
}

function Warning({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const tWarning = useTranslations("warnings");
  if (!job.warning) return null;
  return (
    <Notice title={t("warning-title")}>
      {job.warning_code
        ? tWarning(job.warning_code, { group: job.group_name ?? job.group_id ?? "" })
        : job.warning}
    </Notice>
  );
}

const severityColor: Record<string, PillColor> = { fatal: "red", error: "red", warning: "yellow" };
const severities = ["fatal", "error", "warning", "information", "success"];

function Outcomes({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  if (job.outcomes.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h4">
        {t("outcomes")}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t("outcomes-lead")}
      </Text>
      <Stack
        gap="xs"
        mah={360}
        tabIndex={0}
        role="region"
        aria-label={t("outcomes")}
        style={{ overflowY: "auto" }}
      >
        {job.outcomes.map((outcome, index) => {
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: outcomes have no id and their order never changes
            <Group key={index} gap="sm" wrap="nowrap" align="flex-start">
              <Pill color={severityColor[outcome.severity] ?? "gray"}>
                {severities.includes(outcome.severity)
                  ? t(`severity.${outcome.severity}` as never)
                  : outcome.severity}
              </Pill>
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                {outcome.diagnostics ?? outcome.code}
              </Text>
            </Group>
          );
        })}
      </Stack>
    </section>
  );
}
