"use client";

import { Group, Text } from "@mantine/core";
import { useFormatter } from "use-intl";
import { JobTarget } from "@/components/jobs/job-target";
import { StatusBadge } from "@/components/jobs/status-badge";
import type { JobSummary } from "@/lib/contract/job";

/** A job in a list to choose from: what it exported, when, from where, how it ended. */
export function JobOption({ job }: { job: JobSummary }) {
  const format = useFormatter();
  return (
    <Group justify="space-between" gap="xs" flex={1} wrap="nowrap" miw={0}>
      <div style={{ minWidth: 0 }}>
        <Text size="sm" truncate>
          <JobTarget job={job} />
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {format.dateTime(new Date(job.created_at), { dateStyle: "medium", timeStyle: "short" })}
          {` · ${job.connection_name} · …${job.job_id.slice(-8)}`}
        </Text>
      </div>
      <StatusBadge status={job.status} />
    </Group>
  );
}
