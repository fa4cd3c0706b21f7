"use client";

import { Anchor, Group, Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { RelativeTime } from "@/components/format/relative-time";
import { Link } from "@/components/frame/link";
import { CompletenessBadge } from "@/components/jobs/completeness-badge";
import { JobProgress } from "@/components/jobs/job-progress";
import { JobTarget } from "@/components/jobs/job-target";
import { StatusBadge } from "@/components/jobs/status-badge";
import { isActive } from "@/lib/browser/jobs-queries";
import type { JobSummary } from "@/lib/contract/job";

/** A job in a few lines: what, where, how it stands. */
export function JobCard({ job, children }: { job: JobSummary; children: ReactNode }) {
  return (
    <Paper withBorder radius="md" px="md" py="sm">
      <Stack gap={6}>
        <Group justify="space-between" gap={4} align="flex-start">
          <div style={{ minWidth: 0, flex: "1 1 10rem" }}>
            <Anchor component={Link} href={`/jobs/${job.job_id}`} fw={500} lineClamp={1}>
              <JobTarget job={job} />
            </Anchor>
            <Text size="xs" c="dimmed" component="div" truncate>
              {job.connection_name} · <RelativeTime at={job.ended_at ?? job.created_at} />
            </Text>
          </div>
          <Group gap={6} wrap="nowrap">
            {job.status === "completed" && job.completeness !== "complete" ? (
              <CompletenessBadge completeness={job.completeness} jobId={job.job_id} />
            ) : (
              <StatusBadge status={job.status} />
            )}
          </Group>
        </Group>
        <Text size="sm" component="div" className="numbers" style={{ overflowWrap: "anywhere" }}>
          {children}
        </Text>
        {isActive(job) ? <JobProgress job={job} /> : null}
      </Stack>
    </Paper>
  );
}
