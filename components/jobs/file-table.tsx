"use client";

import { Code, Group, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { DataTable, type DataTableSortStatus } from "mantine-datatable";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { useBytes } from "@/components/format/use-bytes";
import type { FileView, JobDetail } from "@/lib/contract/job";
import { FileStateBadge } from "./file-state-badge";
import { Folded } from "./folded";
import { JsonBlock } from "./json-block";
import { Pages } from "./pages";

const pageSize = 25;

/** The value a column sorts by. */
const keys: Record<string, (file: FileView) => string | number> = {
  type: (file) => `${file.type ?? ""} ${String(file.file_no).padStart(9, "0")}`,
  expected: (file) => file.expected ?? -1,
  accepted: (file) => file.accepted,
  duplicates: (file) => file.duplicates,
  rejected: (file) => file.rejected,
  bytes: (file) => file.size_bytes,
  state: (file) => file.state,
  attempts: (file) => file.attempts,
};

/** The manifest's files, each with its sum; the job's answer holds them (of thousands a part), so sorting is done here. */
export function FileTable({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const format = useFormatter();
  const bytes = useBytes();
  const failureText = useFailureText();
  const [page, setPage] = useState(1);
  const [sort, setSort] = useState<DataTableSortStatus<FileView>>({
    columnAccessor: "type",
    direction: "asc",
  });
  const key = keys[String(sort.columnAccessor)] ?? (() => 0);
  const sign = sort.direction === "asc" ? 1 : -1;
  const files = [...job.files].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    return sign * (a < b ? -1 : a > b ? 1 : one.file_no - other.file_no);
  });
  const shown = Math.min(page, Math.max(1, Math.ceil(files.length / pageSize)));
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  const { totals } = job;
  return (
    <>
      <DataTable<FileView>
        records={files.slice((shown - 1) * pageSize, shown * pageSize)}
        idAccessor="file_no"
        withTableBorder
        borderRadius="md"
        emptyState={<span />}
        verticalSpacing={6}
        horizontalSpacing="sm"
        sortStatus={sort}
        onSortStatusChange={setSort}
        rowExpansion={{
          trigger: "never",
          expandable: ({ record }) => record.error !== null,
          allowMultiple: true,
          expanded: {
            recordIds: files.filter((file) => file.error).map((file) => file.file_no),
          },
          content: ({ record: { error } }) =>
            error ? (
              <Stack
                gap={4}
                p="sm"
                bg="light-dark(var(--mantine-color-red-0), rgba(250, 82, 82, 0.08))"
              >
                <Text size="sm">{failureText(error)}</Text>
                {error.evidence ? (
                  <Folded label={t("raw")}>
                    <JsonBlock value={error.evidence} label={t("raw")} />
                  </Folded>
                ) : null}
              </Stack>
            ) : null,
        }}
        columns={[
          {
            accessor: "type",
            title: t("file.type"),
            sortable: true,
            render: (file) => (
              <Group gap="xs" wrap="nowrap" miw={150}>
                <Text size="sm" fw={500}>
                  {file.type ?? t(`file.kind.${file.kind}`)}
                </Text>
                <Code fz="xs" title={file.url}>
                  #{file.file_no}
                </Code>
                {file.kind !== "output" && file.type ? (
                  <Text size="xs" c="dimmed">
                    {t(`file.kind.${file.kind}`)}
                  </Text>
                ) : null}
              </Group>
            ),
            footer: t("file.total"),
          },
          {
            accessor: "expected",
            title: t("file.expected"),
            sortable: true,
            textAlign: "right",
            render: (file) => {
              // In error files servers count the resources that failed, not the lines that say so.
              const counted = file.kind !== "error" && file.expected !== null;
              const missing = counted ? (file.expected ?? 0) - file.lines : 0;
              if (file.state !== "loaded" || missing === 0) return number(file.expected);
              return (
                <Tooltip
                  label={
                    missing > 0
                      ? t("file.mismatch", { missing })
                      : t("file.more", { more: -missing })
                  }
                >
                  <Group gap={4} wrap="nowrap" justify="flex-end">
                    <IconAlertTriangle
                      size={15}
                      color="light-dark(var(--mantine-color-yellow-9), var(--mantine-color-yellow-4))"
                      aria-label={
                        missing > 0
                          ? t("file.mismatch", { missing })
                          : t("file.more", { more: -missing })
                      }
                    />
                    <b>{number(file.expected)}</b>
                  </Group>
                </Tooltip>
              );
            },
            footer: number(totals.expected),
          },
          {
            accessor: "accepted",
            title: t("file.accepted"),
            sortable: true,
            textAlign: "right",
            render: (file) => number(file.accepted),
            footer: number(totals.accepted),
          },
          {
            accessor: "duplicates",
            title: t("file.duplicates"),
            sortable: true,
            textAlign: "right",
            render: (file) => number(file.duplicates),
            footer: number(totals.duplicates),
          },
          {
            accessor: "rejected",
            title: t("file.rejected"),
            sortable: true,
            textAlign: "right",
            render: (file) => (
              <Text
                span
                size="sm"
                fw={file.rejected ? 600 : 400}
                c={
                  file.rejected
                    ? "light-dark(var(--mantine-color-red-8), var(--mantine-color-red-3))"
                    : undefined
                }
              >
                {number(file.rejected)}
              </Text>
            ),
            footer: number(totals.rejected),
          },
          {
            accessor: "bytes",
            title: t("file.bytes"),
            sortable: true,
            noWrap: true,
            textAlign: "right",
            render: (file) => (file.size_bytes ? bytes(file.size_bytes) : "–"),
            footer: bytes(totals.size_bytes),
          },
          {
            accessor: "state",
            title: t("file.state"),
            sortable: true,
            noWrap: true,
            width: 150,
            render: (file) => (
              <Stack gap={3}>
                <FileStateBadge state={file.state} />
                {file.state === "loading" && file.size_bytes > 0 ? (
                  <Progress
                    size={3}
                    value={(file.loaded_bytes / file.size_bytes) * 100}
                    aria-label={t("progress")}
                  />
                ) : null}
              </Stack>
            ),
            footer: `${number(totals.files_loaded)}/${number(totals.files)}`,
          },
          {
            accessor: "attempts",
            title: t("file.attempts"),
            sortable: true,
            textAlign: "right",
            render: (file) => number(file.attempts),
            footer: number(job.files.reduce((sum, file) => sum + file.attempts, 0)),
          },
        ]}
      />
      {job.files_left_out > 0 ? (
        <Text size="sm" c="dimmed" mt="xs">
          {t("files-left-out", { shown: files.length, left: job.files_left_out })}
        </Text>
      ) : null}
      <Pages page={shown} pageSize={pageSize} total={files.length} onPage={setPage} />
    </>
  );
}
