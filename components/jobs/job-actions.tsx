"use client";

import { Button, Group, Modal, Stack, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconChartHistogram, IconPlayerStop, IconRefresh, IconTrash } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { ExportChanges } from "@/components/exports/export-changes";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useFailureText } from "@/components/feedback/failure-text";
import { useBytes } from "@/components/format/use-bytes";
import { useJobCommands } from "@/lib/browser/jobs-queries";
import type { JobDetail } from "@/lib/contract/job";
import type { Role } from "@/lib/contract/settings";

/** What can be done with the job now; what takes something away asks first and says what. */
export function JobActions({ job, role }: { job: JobDetail; role: Role }) {
  const t = useTranslations("jobs.detail");
  const router = useRouter();
  const bytes = useBytes();
  const failureText = useFailureText();
  const { cancel, retry, purge } = useJobCommands(job.job_id);
  const [cancelling, cancelDialog] = useDisclosure();
  const [purging, purgeDialog] = useDisclosure();
  const may = role !== "viewer";
  const tell = (message: string, color = "green") => notifications.show({ message, color });
  return (
    <Group gap="xs">
      {may && job.can.cancel ? (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={cancelDialog.open}
          disabled={job.cancel_requested}
        >
          {t("cancel")}
        </Button>
      ) : null}
      {may && job.can.purge ? (
        <Button
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={purgeDialog.open}
        >
          {t("purge")}
        </Button>
      ) : null}
      {may && job.can.retry ? (
        <Tooltip label={t("retry-hint")}>
          <Button
            variant={job.records_loaded > 0 ? "default" : "filled"}
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={retry.isPending}
            onClick={() =>
              retry.mutate(undefined, {
                onSuccess: () => tell(t("retried")),
                onError: (failure) => tell(failureText(failure), "red"),
              })
            }
          >
            {t("retry")}
          </Button>
        </Tooltip>
      ) : null}
      {may && job.changes_since ? (
        <ExportChanges jobId={job.job_id} since={job.changes_since} />
      ) : null}
      {job.records_loaded > 0 && job.purpose !== "members" ? (
        <Button
          component={Link}
          href={`/visualize?job=${job.job_id}`}
          leftSection={<IconChartHistogram size={16} aria-hidden />}
        >
          {t("look")}
        </Button>
      ) : null}

      <Modal
        opened={cancelling}
        onClose={cancelDialog.close}
        title={t("cancel-title")}
        styles={{ title: { fontWeight: 600 } }}
      >
        <Stack>
          <Text>{t("cancel-text")}</Text>
          {cancel.isError ? <FailureAlert failure={cancel.error} title={t("cancel")} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={cancelDialog.close} data-autofocus>
              {t("cancel-no")}
            </Button>
            <Button
              color="red.9"
              loading={cancel.isPending}
              onClick={() =>
                cancel.mutate(undefined, {
                  onSuccess: () => {
                    cancelDialog.close();
                    tell(t("cancelled"), "gray");
                  },
                })
              }
            >
              {t("cancel-yes")}
            </Button>
          </Group>
        </Stack>
      </Modal>
      <Modal
        opened={purging}
        onClose={purgeDialog.close}
        title={t("purge-title")}
        styles={{ title: { fontWeight: 600 } }}
      >
        <Stack>
          <Text>
            {t("purge-text", {
              records: job.records_loaded,
              files: job.totals.files,
              bytes: bytes(job.totals.size_bytes),
            })}
          </Text>
          {purge.isError ? <FailureAlert failure={purge.error} title={t("purge")} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={purgeDialog.close} data-autofocus>
              {t("keep")}
            </Button>
            <Button
              color="red.9"
              loading={purge.isPending}
              onClick={() =>
                purge.mutate(undefined, {
                  onSuccess: () => {
                    tell(t("purged"), "gray");
                    router.push("/jobs");
                  },
                })
              }
            >
              {t("purge-yes")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  );
}
