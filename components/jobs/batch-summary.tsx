"use client";

import { Button, Group, Paper, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChartHistogram, IconPlayerStop, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { Loaded } from "@/components/feedback/loaded";
import { Link } from "@/components/frame/link";
import { useCancelBatch } from "@/lib/browser/exports-queries";
import { isActive, jobsQuery } from "@/lib/browser/jobs-queries";
import { useUrlState } from "@/lib/browser/url-state";
import type { JobStatus } from "@/lib/contract/job";
import type { Role } from "@/lib/contract/settings";

/** Jobs that were started together: how many have ended, what they brought, and a way to the data. */
export function BatchSummary({ batchId, role }: { batchId: string; role: Role }) {
  const t = useTranslations("jobs");
  const { set } = useUrlState();
  const cancel = useCancelBatch(batchId);
  const failureText = useFailureText();
  const may = role !== "viewer";
  const batch = useQuery(jobsQuery({ batch_id: batchId, page_size: 200 }));
  return (
    <Paper withBorder p="md" mb="md" radius="md">
      <Loaded query={batch} skeleton={<Skeleton h={48} />}>
        {({ jobs, total }) => {
          const count = (status: JobStatus) => jobs.filter((job) => job.status === status).length;
          const ended = jobs.filter((job) => !isActive(job)).length;
          // A list of members is no patients' data.
          const withData = jobs.filter((job) => job.purpose !== "members");
          const records = withData.reduce(
            (sum, job) => sum + (isActive(job) ? job.totals.lines : job.records_loaded),
            0,
          );
          const some = withData.filter((job) => job.records_loaded > 0).map((job) => job.job_id);
          const incomplete = jobs.filter(
            (job) => job.status === "completed" && job.completeness === "incomplete",
          ).length;
          const section = (label: string, some: number, color: string) => (
            <Progress.Section
              value={(some / Math.max(1, jobs.length)) * 100}
              color={color}
              aria-label={label}
            />
          );
          return (
            <Stack gap="xs">
              <Group justify="space-between" gap="sm">
                <div style={{ flex: "1 1 16rem" }}>
                  <Text fw={600}>{t("batch.title", { count: total })}</Text>
                  <Text size="sm" c="dimmed" aria-live="polite" className="numbers">
                    {ended === jobs.length
                      ? t("batch.done", {
                          count: total,
                          completed: count("completed"),
                          failed: count("failed"),
                          cancelled: count("cancelled"),
                          incomplete,
                          records,
                        })
                      : t("batch.sentence", { ended, count: total, records })}
                  </Text>
                </div>
                <Group gap="xs">
                  {may && ended < jobs.length ? (
                    <Button
                      variant="default"
                      size="sm"
                      leftSection={<IconPlayerStop size={16} aria-hidden />}
                      loading={cancel.isPending}
                      onClick={() =>
                        cancel.mutate(undefined, {
                          onError: (failure) =>
                            notifications.show({ message: failureText(failure), color: "red" }),
                        })
                      }
                    >
                      {t("batch.cancel")}
                    </Button>
                  ) : null}
                  {some.length > 0 ? (
                    <Button
                      component={Link}
                      href={`/visualize?${some.map((id) => `job=${id}`).join("&")}`}
                      variant="light"
                      size="sm"
                      leftSection={<IconChartHistogram size={16} aria-hidden />}
                    >
                      {t("batch.look")}
                    </Button>
                  ) : null}
                  <Button
                    variant="default"
                    size="sm"
                    leftSection={<IconX size={16} aria-hidden />}
                    onClick={() => set({ batch: null, page: null })}
                  >
                    {t("filter.batch-clear")}
                  </Button>
                </Group>
              </Group>
              <Progress.Root size="sm">
                {section(t("status.completed"), count("completed") - incomplete, "green")}
                {section(t("completeness.incomplete"), incomplete, "yellow")}
                {section(t("status.failed"), count("failed"), "red")}
                {section(t("status.cancelled"), count("cancelled"), "gray")}
              </Progress.Root>
            </Stack>
          );
        }}
      </Loaded>
    </Paper>
  );
}
