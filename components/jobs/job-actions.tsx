"use client";

import { Button, Group, Menu, Modal, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconChartHistogram,
  IconChevronDown,
  IconHistory,
  IconPlayerStop,
  IconRefresh,
  IconRepeat,
  IconTrash,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useFailureText } from "@/components/feedback/failure-text";
import { Loaded } from "@/components/feedback/loaded";
import { useBytes } from "@/components/format/use-bytes";
import { Link } from "@/components/frame/link";
import { useExportChanges, useStartExport } from "@/lib/browser/exports-queries";
import { jobSizeQuery, useJobCommands } from "@/lib/browser/jobs-queries";
import type { JobDetail } from "@/lib/contract/job";
import type { Role } from "@/lib/contract/settings";

/** After these there is nothing at the server to go on with: a retry is a new export. */
const endedAtServer = new Set(["export-error", "export-gone"]);

/** What a retry of this job does, as its button says it. */
function retryWord(job: JobDetail): "retry-files" | "retry-attachments" | "resume" | "retry" {
  if (job.warning_code === "attachments-failed") return "retry-attachments";
  if (job.totals.files_failed > 0) return "retry-files";
  if (job.totals.files > 0) return "resume";
  return job.status_url && !endedAtServer.has(job.failure?.code ?? "") ? "resume" : "retry";
}

/**
 * What can be done with the job: the next thing as a button, everything in a menu, there also what cannot
 * be done now, with its reason. What takes something away asks first and says what.
 */
export function JobActions({ job, role }: { job: JobDetail; role: Role }) {
  const t = useTranslations("jobs.detail");
  const tNot = useTranslations("jobs.cannot");
  const format = useFormatter();
  const router = useRouter();
  const failureText = useFailureText();
  const { cancel, retry } = useJobCommands(job.job_id);
  const changes = useExportChanges(job.job_id);
  const again = useStartExport();
  const [cancelling, cancelDialog] = useDisclosure();
  const [purging, purgeDialog] = useDisclosure();
  const may = role !== "viewer";
  const tell = (message: string, color = "green") => notifications.show({ message, color });
  const onError = (failure: unknown) => tell(failureText(failure), "red");
  const toBatch = {
    onSuccess: ({ batch_id }: { batch_id: string }) => router.push(`/jobs?batch=${batch_id}`),
    onError,
  };
  const busy = retry.isPending || changes.isPending || again.isPending;

  const doRetry = () => retry.mutate(undefined, { onSuccess: () => tell(t("retried")), onError });
  const runAgain = () =>
    job.connection_id &&
    again.mutate(
      {
        connection_id: job.connection_id,
        level: job.level,
        groups: job.group_id
          ? [{ id: job.group_id, name: job.group_name ?? undefined, patients: job.group_patients }]
          : [],
        request: job.request,
      },
      toBatch,
    );
  const since = job.changes_since
    ? format.dateTime(new Date(job.changes_since), { dateStyle: "medium" })
    : null;
  const { cannot } = job;
  const why = (reason: keyof typeof reasons | undefined) => (reason ? tNot(reason) : null);
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
      {may && job.can.retry ? (
        <Tooltip label={t("retry-hint")}>
          <Button
            variant={job.records_loaded > 0 ? "default" : "filled"}
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={retry.isPending}
            onClick={doRetry}
          >
            {t(retryWord(job), { count: job.totals.files_failed })}
          </Button>
        </Tooltip>
      ) : null}
      {may && since ? (
        <Tooltip label={t("changes-hint")} multiline maw={300}>
          <Button
            variant="default"
            leftSection={<IconHistory size={16} aria-hidden />}
            loading={changes.isPending || changes.isSuccess}
            onClick={() => changes.mutate(undefined, toBatch)}
          >
            {t("changes", { time: since })}
          </Button>
        </Tooltip>
      ) : null}
      {may ? (
        <Menu position="bottom-end" width={320}>
          <Menu.Target>
            <Button
              variant="default"
              rightSection={<IconChevronDown size={16} aria-hidden />}
              loading={busy}
            >
              {t("more")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Action
              icon={<IconRefresh size={16} aria-hidden />}
              label={t(job.can.retry ? retryWord(job) : "retry", {
                count: job.totals.files_failed,
              })}
              hint={t("retry-hint")}
              not={why(cannot.retry)}
              onClick={doRetry}
            />
            <Action
              icon={<IconHistory size={16} aria-hidden />}
              label={since ? t("changes", { time: since }) : t("changes-no-time")}
              hint={t("changes-short")}
              not={why(cannot.changes)}
              onClick={() => changes.mutate(undefined, toBatch)}
            />
            <Action
              icon={<IconRepeat size={16} aria-hidden />}
              label={t("again")}
              hint={t("again-hint")}
              not={why(cannot.again)}
              onClick={runAgain}
            />
            <Menu.Divider />
            <Action
              icon={<IconPlayerStop size={16} aria-hidden />}
              label={t("cancel")}
              hint={t("cancel-hint")}
              not={job.cancel_requested ? tNot("cancelling") : why(cannot.cancel)}
              onClick={cancelDialog.open}
            />
            <Action
              icon={<IconTrash size={16} aria-hidden />}
              label={t("purge")}
              hint={t("purge-hint")}
              not={why(cannot.purge === "running" ? "running-purge" : undefined)}
              onClick={purgeDialog.open}
            />
          </Menu.Dropdown>
        </Menu>
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
        <Purge jobId={job.job_id} onKeep={purgeDialog.close} />
      </Modal>
    </Group>
  );
}

/** Why not; the words are in messages `jobs.cannot`. */
const reasons = {
  ended: 0,
  running: 0,
  "running-purge": 0,
  completed: 0,
  cancelled: 0,
  cancelling: 0,
  "no-connection": 0,
  "part-of-changes": 0,
  "not-whole": 0,
  "empty-group": 0,
  part: 0,
  "no-time": 0,
};

/** An entry of the menu; one that cannot be done stays readable, and reachable by keyboard, with its reason. */
function Action({
  icon,
  label,
  hint,
  not,
  onClick,
}: {
  icon: ReactNode;
  label: string;
  hint: string;
  not: string | null;
  onClick: () => unknown;
}) {
  return (
    <Menu.Item
      leftSection={icon}
      aria-disabled={not ? true : undefined}
      closeMenuOnClick={!not}
      onClick={not ? undefined : () => void onClick()}
      style={not ? { cursor: "default" } : undefined}
    >
      <Text size="sm" c={not ? "dimmed" : undefined}>
        {label}
      </Text>
      <Text size="xs" c="dimmed">
        {not ?? hint}
      </Text>
    </Menu.Item>
  );
}

/** Says what goes, in rows and in bytes, before it is asked. */
function Purge({ jobId, onKeep }: { jobId: string; onKeep: () => void }) {
  const t = useTranslations("jobs.detail");
  const router = useRouter();
  const bytes = useBytes();
  const size = useQuery(jobSizeQuery(jobId));
  const { purge } = useJobCommands(jobId);
  return (
    <Stack>
      <Loaded query={size} skeleton={<Skeleton h={96} />}>
        {({ records, rejected_lines, database_bytes, disk_files, disk_bytes }) => (
          <div>
            <Text>{t("purge-frees")}</Text>
            <ul className="numbers" style={{ margin: "8px 0", paddingInlineStart: 20 }}>
              <li>{t("purge-rows", { records, bytes: bytes(database_bytes) })}</li>
              <li>{t("purge-files", { files: disk_files, bytes: bytes(disk_bytes) })}</li>
              <li>{t("purge-log", { rejected: rejected_lines })}</li>
            </ul>
            <Text fw={600} className="numbers">
              {t("purge-sum", { bytes: bytes(database_bytes + disk_bytes) })}
            </Text>
          </div>
        )}
      </Loaded>
      <Text>{t("purge-text")}</Text>
      {purge.isError ? <FailureAlert failure={purge.error} title={t("purge")} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onKeep} data-autofocus>
          {t("keep")}
        </Button>
        <Button
          color="red.9"
          loading={purge.isPending || purge.isSuccess}
          onClick={() =>
            purge.mutate(undefined, {
              onSuccess: () => {
                notifications.show({ message: t("purged"), color: "gray" });
                router.push("/jobs");
              },
            })
          }
        >
          {t("purge-yes")}
        </Button>
      </Group>
    </Stack>
  );
}
