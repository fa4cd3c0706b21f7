"use client";

import {
  Anchor,
  Code,
  Group,
  MultiSelect,
  Progress,
  Select,
  Skeleton,
  Stack,
  Switch,
  Text,
  Tooltip,
} from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { DataTable } from "mantine-datatable";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { Loaded } from "@/components/feedback/loaded";
import { cardCell } from "@/components/format/card-cell";
import tables from "@/components/format/stacked-table.module.css";
import { useBytes } from "@/components/format/use-bytes";
import { useDuration } from "@/components/format/use-duration";
import { Link } from "@/components/frame/link";
import { filesQuery } from "@/lib/browser/jobs-queries";
import { useUrlState } from "@/lib/browser/url-state";
import { FileListQuery, FileState, type FileView, type JobDetail } from "@/lib/contract/job";
import { FileStateBadge } from "./file-state-badge";
import { Folded } from "./folded";
import { JsonBlock } from "./json-block";
import { Pages } from "./pages";

const pageSize = 25;
/** The parameters of this table in the address bar: others of the page have theirs. */
const own = {
  page: "files",
  states: "state",
  type: "type",
  amiss: "amiss",
  sort: "by",
  order: "order",
} as const;

/** What the address bar asks for; a word that the API does not know counts as not given. */
function queryOf(search: URLSearchParams): FileListQuery {
  const given = Object.entries(own).flatMap(([name, word]) => {
    const value = search.get(word);
    return value === null ? [] : [[name, value]];
  });
  const parsed = FileListQuery.safeParse({ ...Object.fromEntries(given), page_size: pageSize });
  return parsed.success ? parsed.data : FileListQuery.parse({ page_size: pageSize });
}

const spent = (from: string | null, to: string | null): number | null =>
  from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : null;

/** The manifest's files, each with its sum; sorted, filtered and paged by the server, all of it in the URL. */
export function FileTable({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const { search, set } = useUrlState();
  const query = queryOf(search);
  const files = useQuery(filesQuery(job, query));
  const filtered = Boolean(query.states?.length || query.type || query.amiss);
  const word = (type: string) =>
    ["error", "deleted", "output"].includes(type) ? t(`file.kind.${type}` as never) : type;
  return (
    <>
      <Group gap="sm" mb="sm">
        <Select
          size="xs"
          aria-label={t("file.type")}
          placeholder={t("file.all-types")}
          data={(files.data?.types ?? []).map((value) => ({ value, label: word(value) }))}
          value={query.type ?? null}
          onChange={(type) => set({ [own.type]: type, [own.page]: null })}
          clearable
          searchable
          clearButtonProps={{ "aria-label": t("file.all-types") }}
          w={200}
        />
        <MultiSelect
          size="xs"
          aria-label={t("file.state")}
          placeholder={query.states?.length ? undefined : t("file.all-states")}
          data={FileState.options.map((value) => ({ value, label: t(`file-state.${value}`) }))}
          value={query.states ?? []}
          onChange={(state) => set({ [own.states]: state.join(","), [own.page]: null })}
          clearable
          clearButtonProps={{ "aria-label": t("file.all-states") }}
          w={220}
        />
        <Switch
          size="xs"
          label={t("file.amiss")}
          checked={query.amiss}
          onChange={({ currentTarget: { checked } }) =>
            set({ [own.amiss]: checked ? "true" : null, [own.page]: null })
          }
        />
        <Text size="sm" c="dimmed" ml="auto" aria-live="polite" className="numbers">
          {files.data ? t("file.count", { count: files.data.total }) : ""}
        </Text>
      </Group>
      <Loaded query={files} skeleton={<Skeleton h={240} />}>
        {({ files: list, total, retries }) => (
          <>
            <Rows
              job={job}
              files={list}
              query={query}
              retries={retries}
              filtered={filtered}
              old={files.isPlaceholderData}
            />
            <Pages
              page={query.page}
              pageSize={pageSize}
              total={total}
              onPage={(page) => set({ [own.page]: page === 1 ? null : page })}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

function Rows({
  job,
  files,
  query,
  retries,
  filtered,
  old,
}: {
  job: JobDetail;
  files: FileView[];
  query: FileListQuery;
  retries: number;
  filtered: boolean;
  old: boolean;
}) {
  const t = useTranslations("jobs.detail");
  const format = useFormatter();
  const bytes = useBytes();
  const { set } = useUrlState();
  const { totals } = job;
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  // A sum under a part of the rows would be taken for theirs.
  const sum = (text: string) => (filtered ? undefined : text);
  const figure = (
    accessor: "expected" | "accepted" | "duplicates" | "rejected" | "retries",
    total: number | null,
    render: (file: FileView) => ReactNode,
  ) => ({
    accessor,
    title: t(`file.${accessor}`),
    ...cardCell(t(`file.${accessor}`)),
    sortable: true,
    textAlign: "right" as const,
    render,
    footer: sum(number(total)),
  });
  return (
    <DataTable<FileView>
      classNames={{ table: tables.cards }}
      records={files}
      idAccessor="file_no"
      withTableBorder
      borderRadius="md"
      minHeight={files.length === 0 ? 120 : undefined}
      noRecordsText={t("file.none")}
      verticalSpacing={6}
      horizontalSpacing="xs"
      style={{ opacity: old ? 0.6 : 1 }}
      sortStatus={{
        columnAccessor: query.sort === "file_no" ? "" : query.sort,
        direction: query.order,
      }}
      onSortStatusChange={({ columnAccessor, direction }) =>
        set({ [own.sort]: String(columnAccessor), [own.order]: direction, [own.page]: null })
      }
      rowExpansion={{
        trigger: "never",
        expandable: ({ record }) => record.error !== null,
        allowMultiple: true,
        expanded: { recordIds: files.filter((file) => file.error).map((file) => file.file_no) },
        content: ({ record: { error } }) => (error ? <Trouble error={error} /> : null),
      }}
      columns={[
        {
          accessor: "type",
          title: t("file.type"),
          ...cardCell(),
          sortable: true,
          render: (file) => <FileName job={job} file={file} />,
          footer: sum(t("file.total")),
        },
        figure("expected", totals.expected, (file) => <Expected file={file} />),
        figure("accepted", totals.accepted, (file) => number(file.accepted)),
        figure("duplicates", totals.duplicates, (file) => number(file.duplicates)),
        figure("rejected", totals.rejected, (file) => (
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
        )),
        {
          accessor: "bytes",
          title: t("file.bytes"),
          ...cardCell(t("file.bytes")),
          sortable: true,
          noWrap: true,
          textAlign: "right",
          render: (file) => (file.size_bytes ? bytes(file.size_bytes) : "–"),
          footer: sum(bytes(totals.size_bytes)),
        },
        {
          accessor: "speed",
          title: t("file.speed"),
          ...cardCell(t("file.speed")),
          sortable: true,
          noWrap: true,
          textAlign: "right",
          render: (file) => <Speed file={file} />,
          // A heading without words would be one that says nothing.
          footer: sum("–"),
        },
        {
          accessor: "state",
          title: t("file.state"),
          ...cardCell(t("file.state")),
          sortable: true,
          noWrap: true,
          width: 128,
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
          footer: sum(`${number(totals.files_loaded)}/${number(totals.files)}`),
        },
        figure("retries", retries, (file) => number(file.retries)),
      ]}
    />
  );
}

function Trouble({ error }: { error: NonNullable<FileView["error"]> }) {
  const t = useTranslations("jobs.detail");
  const failureText = useFailureText();
  const format = useFormatter();
  return (
    <Stack gap={4} p="sm" bg="light-dark(var(--mantine-color-red-0), rgba(250, 82, 82, 0.08))">
      <Text size="sm">{failureText(error)}</Text>
      {error.asked_until ? (
        <Text size="sm" fw={500}>
          {t("file.asked", {
            time: format.dateTime(new Date(error.asked_until), { timeStyle: "short" }),
          })}
        </Text>
      ) : null}
      {error.evidence ? (
        <Folded label={t("raw")}>
          <JsonBlock value={error.evidence} label={t("raw")} />
        </Folded>
      ) : null}
    </Stack>
  );
}

/** The type, leading to the resources that came from the file, and its number. */
function FileName({ job, file }: { job: JobDetail; file: FileView }) {
  const t = useTranslations("jobs.detail");
  // A file without a type holds several; a list of members is not kept.
  const here =
    file.kind === "output" && file.type && file.accepted > 0 && job.purpose !== "members";
  const name = file.type ?? t(`file.kind.${file.kind}`);
  return (
    <Group gap="xs" wrap="nowrap" miw={150}>
      {here ? (
        <Tooltip label={t("file.look")}>
          <Anchor
            component={Link}
            href={`/data?type=${file.type}&job=${job.job_id}&file=${file.file_no}`}
            size="sm"
            fw={500}
          >
            {name}
          </Anchor>
        </Tooltip>
      ) : (
        <Text size="sm" fw={500}>
          {name}
        </Text>
      )}
      <Code fz="xs" title={file.url}>
        #{file.file_no}
      </Code>
      {file.kind !== "output" && file.type ? (
        <Text size="xs" c="dimmed">
          {t(`file.kind.${file.kind}`)}
        </Text>
      ) : null}
    </Group>
  );
}

function Expected({ file }: { file: FileView }) {
  const t = useTranslations("jobs.detail");
  const format = useFormatter();
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  // In error files servers count the resources that failed, not the lines that say so.
  const counted = file.kind !== "error" && file.expected !== null;
  const missing = counted ? (file.expected ?? 0) - file.lines : 0;
  if (file.state !== "loaded" || missing === 0) return number(file.expected);
  const why = missing > 0 ? t("file.mismatch", { missing }) : t("file.more", { more: -missing });
  return (
    <Tooltip label={why}>
      <Group gap={4} wrap="nowrap" justify="flex-end">
        <IconAlertTriangle
          size={15}
          color="light-dark(var(--mantine-color-yellow-9), var(--mantine-color-yellow-4))"
          aria-label={why}
        />
        <b>{number(file.expected)}</b>
      </Group>
    </Tooltip>
  );
}

/** Of the download; how long it and the load took, and the load's records a second, on hover and focus. */
function Speed({ file }: { file: FileView }) {
  const t = useTranslations("jobs.detail");
  const bytes = useBytes();
  const duration = useDuration();
  if (file.bytes_per_second === null) return "–";
  const download = spent(file.download_started_at, file.downloaded_at);
  const load = spent(file.load_started_at, file.loaded_at);
  return (
    <Tooltip
      disabled={download === null}
      label={[
        download === null ? null : t("file.download-took", { time: duration(download) }),
        load === null || load < 20
          ? null
          : t("file.load-took", {
              time: duration(load),
              records: Math.round((file.lines / load) * 1_000),
            }),
      ]
        .filter(Boolean)
        .join(" · ")}
    >
      <Text span size="sm" tabIndex={0} className="numbers">
        {t("file.speed-value", { bytes: bytes(Math.round(file.bytes_per_second)) })}
      </Text>
    </Tooltip>
  );
}
