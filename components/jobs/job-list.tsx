"use client";

import {
  Anchor,
  Button,
  Group,
  MultiSelect,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconFilterOff, IconListDetails, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { DataTable } from "mantine-datatable";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { Loaded } from "@/components/feedback/loaded";
import { RelativeTime } from "@/components/format/relative-time";
import { ShortId } from "@/components/format/short-id";
import { PageHeader } from "@/components/frame/page-header";
import { connectionsQuery } from "@/lib/browser/connections-queries";
import { isActive, jobsQuery } from "@/lib/browser/jobs-queries";
import { useUrlState } from "@/lib/browser/url-state";
import { JobListQuery, JobStatus, type JobSummary } from "@/lib/contract/job";
import type { Role } from "@/lib/contract/settings";
import { BatchSummary } from "./batch-summary";
import { CompletenessBadge } from "./completeness-badge";
import { JobDuration } from "./job-duration";
import { JobProgress } from "./job-progress";
import { JobPurpose } from "./job-purpose";
import { JobTarget } from "./job-target";
import { Pages } from "./pages";
import { StatusBadge } from "./status-badge";

const pageSize = 25;
/** Column → the sort word of the API. */
const sorts = {
  status: "status",
  group: "group",
  connection: "connection",
  started: "created_at",
  duration: "duration",
} as const;

/** What the address bar asks for; a word that the API does not know counts as not given. */
function queryOf(search: URLSearchParams): JobListQuery {
  const asked = {
    page: search.get("page") ?? undefined,
    page_size: pageSize,
    status: search.get("status") ?? undefined,
    connection_id: search.get("connection") ?? undefined,
    batch_id: search.get("batch") ?? undefined,
    q: search.get("q") ?? undefined,
    sort: search.get("sort") ?? undefined,
    order: search.get("order") ?? undefined,
  };
  const parsed = JobListQuery.safeParse(asked);
  return parsed.success ? parsed.data : JobListQuery.parse({ page_size: pageSize });
}

/** Jobs, live: sorted, filtered and paged by the server, all of it in the URL. */
export function JobListPage({ role }: { role: Role }) {
  const t = useTranslations("jobs");
  const { search, set } = useUrlState();
  const query = queryOf(search);
  const jobs = useQuery(jobsQuery(query));
  const filtered = Boolean(query.status?.length || query.connection_id || query.q);
  return (
    <>
      <PageHeader
        title={t("title")}
        action={
          role === "viewer" ? undefined : (
            <Button
              component={Link}
              href="/connections"
              leftSection={<IconPlus size={16} aria-hidden />}
            >
              {t("start")}
            </Button>
          )
        }
      >
        {t("lead")}
      </PageHeader>
      {query.batch_id ? <BatchSummary batchId={query.batch_id} role={role} /> : null}
      <Filters query={query} filtered={filtered} total={jobs.data?.total} />
      <Loaded
        query={jobs}
        skeleton={
          <Stack gap="xs">
            {["a", "b", "c", "d", "e", "f"].map((row) => (
              <Skeleton key={row} h={44} />
            ))}
          </Stack>
        }
      >
        {({ jobs: list, total }) =>
          list.length === 0 ? (
            <Nothing filtered={filtered || query.page > 1} role={role} />
          ) : (
            <>
              <Table jobs={list} query={query} fetching={jobs.isPlaceholderData} />
              <Pages
                page={query.page}
                pageSize={pageSize}
                total={total}
                onPage={(page) => set({ page: page === 1 ? null : page })}
              />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Filters({
  query,
  filtered,
  total,
}: {
  query: JobListQuery;
  filtered: boolean;
  total: number | undefined;
}) {
  const t = useTranslations("jobs");
  const { set } = useUrlState();
  const connections = useQuery(connectionsQuery());
  const [text, setText] = useState(query.q ?? "");
  const find = useDebouncedCallback((q: string) => set({ q, page: null }), 250);
  return (
    <Group gap="sm" mb="md" align="flex-end">
      <TextInput
        aria-label={t("filter.search")}
        placeholder={t("filter.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        maxLength={200}
        onChange={({ currentTarget: { value } }) => {
          setText(value);
          find(value);
        }}
        style={{ flex: "1 1 16rem", maxWidth: "24rem" }}
      />
      <MultiSelect
        aria-label={t("filter.status")}
        placeholder={query.status?.length ? undefined : t("filter.status")}
        data={JobStatus.options.map((value) => ({ value, label: t(`status.${value}`) }))}
        value={query.status ?? []}
        onChange={(status) => set({ status: status.join(","), page: null })}
        clearable
        clearButtonProps={{ "aria-label": t("filter.clear") }}
        style={{ flex: "0 1 16rem" }}
      />
      <Select
        aria-label={t("filter.connection")}
        placeholder={t("filter.all-connections")}
        data={(connections.data?.connections ?? []).map(({ connection_id, name }) => ({
          value: connection_id,
          label: name,
        }))}
        value={query.connection_id ?? null}
        onChange={(connection) => set({ connection, page: null })}
        clearable
        searchable
        clearButtonProps={{ "aria-label": t("filter.all-connections") }}
        style={{ flex: "0 1 14rem" }}
      />
      {filtered ? (
        <Button
          variant="subtle"
          leftSection={<IconFilterOff size={16} aria-hidden />}
          onClick={() => {
            setText("");
            set({ q: null, status: null, connection: null, page: null });
          }}
        >
          {t("filter.clear")}
        </Button>
      ) : null}
      <Text c="dimmed" size="sm" ml="auto" aria-live="polite" className="numbers">
        {total === undefined ? "" : t("count", { count: total })}
      </Text>
    </Group>
  );
}

function Table({
  jobs,
  query,
  fetching,
}: {
  jobs: JobSummary[];
  query: JobListQuery;
  fetching: boolean;
}) {
  const t = useTranslations("jobs");
  const format = useFormatter();
  const router = useRouter();
  const { set } = useUrlState();
  const column =
    Object.entries(sorts).find(([, word]) => word === query.sort)?.[0] ?? ("started" as string);
  return (
    <DataTable<JobSummary>
      records={jobs}
      idAccessor="job_id"
      withTableBorder
      borderRadius="md"
      emptyState={<span />}
      highlightOnHover
      verticalSpacing="xs"
      horizontalSpacing="sm"
      style={{ opacity: fetching ? 0.6 : 1, transition: "opacity 120ms" }}
      sortStatus={{ columnAccessor: column, direction: query.order }}
      onSortStatusChange={({ columnAccessor, direction }) =>
        set({ sort: sorts[columnAccessor as keyof typeof sorts], order: direction, page: null })
      }
      onRowClick={({ record, event }) => {
        if (!(event.target as Element).closest("a, button")) router.push(`/jobs/${record.job_id}`);
      }}
      rowStyle={() => ({ cursor: "pointer" })}
      columns={[
        {
          accessor: "status",
          title: t("column.status"),
          sortable: true,
          width: 146,
          render: (job) => (
            <Stack gap={4} miw={126}>
              <StatusBadge status={job.status} />
              {isActive(job) ? <JobProgress job={job} size="xs" /> : null}
            </Stack>
          ),
        },
        {
          accessor: "group",
          title: t("column.group"),
          sortable: true,
          render: (job) => (
            <Stack gap={0} miw={150}>
              <Anchor
                component={Link}
                href={`/jobs/${job.job_id}`}
                size="sm"
                fw={500}
                lineClamp={2}
              >
                <JobTarget job={job} />
              </Anchor>
              {job.purpose ? (
                <Text size="xs" c="dimmed">
                  <JobPurpose job={job} />
                </Text>
              ) : null}
              <ShortId id={job.job_id} />
            </Stack>
          ),
        },
        {
          accessor: "connection",
          title: t("column.connection"),
          sortable: true,
          render: (job) => (
            <Text size="sm" lineClamp={2} miw={120}>
              {job.connection_name}
            </Text>
          ),
        },
        {
          accessor: "started",
          title: t("column.started"),
          sortable: true,
          noWrap: true,
          render: (job) => (
            <>
              <RelativeTime at={job.created_at} />
              <Text size="xs" c="dimmed" truncate maw={170} title={job.created_by}>
                {t("column.started-by", { who: job.created_by })}
              </Text>
            </>
          ),
        },
        {
          accessor: "duration",
          title: t("column.duration"),
          sortable: true,
          noWrap: true,
          textAlign: "right",
          render: (job) => <JobDuration job={job} />,
        },
        {
          accessor: "files",
          title: t("column.files"),
          noWrap: true,
          textAlign: "right",
          render: ({ totals }) =>
            totals.files === 0
              ? "–"
              : `${format.number(totals.files_loaded)}/${format.number(totals.files)}`,
        },
        {
          accessor: "records",
          title: t("column.records"),
          noWrap: true,
          textAlign: "right",
          render: (job) => format.number(isActive(job) ? job.totals.lines : job.records_loaded),
        },
        {
          accessor: "completeness",
          title: t("completeness.label"),
          noWrap: true,
          render: (job) => (
            <CompletenessBadge completeness={job.completeness} ended={!isActive(job)} />
          ),
        },
      ]}
    />
  );
}

function Nothing({ filtered, role }: { filtered: boolean; role: Role }) {
  const t = useTranslations("jobs");
  const { set } = useUrlState();
  if (filtered)
    return (
      <EmptyState
        icon={<IconFilterOff size={24} />}
        title={t("none-title")}
        action={
          <Button
            variant="default"
            onClick={() => set({ q: null, status: null, connection: null, page: null })}
          >
            {t("filter.clear")}
          </Button>
        }
      >
        {t("none-text")}
      </EmptyState>
    );
  return (
    <EmptyState
      icon={<IconListDetails size={24} />}
      title={t("empty-title")}
      action={
        role === "viewer" ? undefined : (
          <Button component={Link} href="/connections">
            {t("start")}
          </Button>
        )
      }
    >
      {t("empty-text")}
    </EmptyState>
  );
}
