"use client";

import {
  Anchor,
  Button,
  Group,
  MultiSelect,
  Progress,
  Select,
  Skeleton,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import {
  IconAlertTriangle,
  IconBan,
  IconChevronDown,
  IconChevronRight,
  IconFilterOff,
  IconListDetails,
  IconPlus,
  IconSearch,
  IconStack2,
} from "@tabler/icons-react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { DataTable } from "mantine-datatable";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { Loaded } from "@/components/feedback/loaded";
import { cardCell } from "@/components/format/card-cell";
import { connectionLabels } from "@/components/format/connection-labels";
import { Pill } from "@/components/format/pill";
import { RelativeTime } from "@/components/format/relative-time";
import { ShortId } from "@/components/format/short-id";
import tables from "@/components/format/stacked-table.module.css";
import { useActorName } from "@/components/format/use-actor-name";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { connectionsQuery } from "@/lib/browser/connections-queries";
import { exportsQuery, isActive, jobsQuery } from "@/lib/browser/jobs-queries";
import { useSearchText } from "@/lib/browser/search-text";
import { useUrlState } from "@/lib/browser/url-state";
import {
  type BatchView,
  type ExportList,
  type JobList,
  JobListQuery,
  JobStatus,
  type JobSummary,
} from "@/lib/contract/job";
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
  files: "files",
  records: "records",
  who: "who",
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
  // Whoever looks for certain jobs wants to see those, not the batches that they stand in.
  const flat = Boolean(query.batch_id || query.status?.length || query.q) || search.has("flat");
  const jobs = useQuery({ ...jobsQuery(query), enabled: flat });
  const folded = useQuery({ ...exportsQuery(query), enabled: !flat });
  const shown = flat ? jobs : folded;
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
      <Filters
        query={query}
        filtered={filtered}
        total={flat ? jobs.data?.total : folded.data?.jobs}
        flat={search.has("flat")}
      />
      <Loaded<JobList | ExportList>
        query={shown}
        skeleton={
          <Stack gap="xs">
            {["a", "b", "c", "d", "e", "f"].map((row) => (
              <Skeleton key={row} h={44} />
            ))}
          </Stack>
        }
      >
        {(list) => {
          const entries =
            "exports" in list ? list.exports : list.jobs.map((job) => ({ job, batch: null }));
          if (entries.length === 0)
            return <Nothing filtered={filtered || query.page > 1} role={role} />;
          return (
            <>
              <Table entries={entries} query={query} fetching={shown.isPlaceholderData} />
              <Pages
                page={query.page}
                pageSize={pageSize}
                total={list.total}
                onPage={(page) => set({ page: page === 1 ? null : page })}
              />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Filters({
  query,
  filtered,
  total,
  flat,
}: {
  query: JobListQuery;
  filtered: boolean;
  total: number | undefined;
  flat: boolean;
}) {
  const t = useTranslations("jobs");
  const { set } = useUrlState();
  const connections = useQuery(connectionsQuery());
  const words = useSearchText(query.q ?? "", (q) => set({ q, page: null }));
  return (
    <Group gap="sm" mb="md">
      <TextInput
        aria-label={t("filter.search")}
        placeholder={t("filter.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words.typed}
        maxLength={200}
        onChange={({ currentTarget }) => words.type(currentTarget.value)}
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
        data={[...connectionLabels(connections.data?.connections ?? [])].map(([value, label]) => ({
          value,
          label,
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
            words.empty();
            set({ q: null, status: null, connection: null, page: null });
          }}
        >
          {t("filter.clear")}
        </Button>
      ) : null}
      {query.batch_id || query.status?.length || query.q ? null : (
        <Switch
          size="sm"
          label={t("filter.fold")}
          checked={!flat}
          onChange={({ currentTarget: { checked } }) =>
            set({ flat: checked ? null : "true", page: null })
          }
        />
      )}
      <Text c="dimmed" size="sm" ml="auto" aria-live="polite" className="numbers">
        {total === undefined ? "" : t("count", { count: total })}
      </Text>
    </Group>
  );
}

/** A line of the list: a job, or jobs that were started together. */
type Row =
  | { key: string; job: JobSummary; batch: null; inside: boolean }
  | {
      key: string;
      job: null;
      batch: BatchView;
      inside: false;
    };

const jobRow = (job: JobSummary, inside: boolean): Row => ({
  key: job.job_id,
  job,
  batch: null,
  inside,
});

/** The entries, with the jobs of each batch that is unfolded below it. */
function useRows(entries: ExportList["exports"], unfolded: string[]): Row[] {
  const shown = entries.flatMap(({ batch }) =>
    batch && unfolded.includes(batch.batch_id) ? [batch.batch_id] : [],
  );
  const jobsOf = useQueries({
    queries: shown.map((batch_id) =>
      jobsQuery({ batch_id, page_size: 200, sort: "created_at", order: "asc" }),
    ),
  });
  return entries.flatMap(({ job, batch }): Row[] => {
    if (!batch) return [jobRow(job, false)];
    const jobs = jobsOf[shown.indexOf(batch.batch_id)]?.data?.jobs ?? [];
    return [
      { key: batch.batch_id, job: null, batch, inside: false },
      ...jobs.map((one) => jobRow(one, true)),
    ];
  });
}

function Table({
  entries,
  query,
  fetching,
}: {
  entries: ExportList["exports"];
  query: JobListQuery;
  fetching: boolean;
}) {
  const t = useTranslations("jobs");
  const format = useFormatter();
  const router = useRouter();
  const actorName = useActorName();
  const { search, set } = useUrlState();
  const unfolded = search.getAll("open");
  const rows = useRows(entries, unfolded);
  const toggle = (id: string) =>
    set({
      open: unfolded.includes(id) ? unfolded.filter((one) => one !== id) : [...unfolded, id],
    });
  const column =
    Object.entries(sorts).find(([, word]) => word === query.sort)?.[0] ?? ("started" as string);
  return (
    <DataTable<Row>
      classNames={{ table: tables.cards }}
      records={rows}
      idAccessor="key"
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
        if ((event.target as Element).closest("a, button")) return;
        if (record.job) router.push(`/jobs/${record.job.job_id}`);
        else toggle(record.key);
      }}
      rowStyle={({ inside }) => ({
        cursor: "pointer",
        ...(inside && { background: "var(--mantine-color-default-hover)" }),
      })}
      columns={[
        {
          accessor: "status",
          title: t("column.status"),
          sortable: true,
          ...cardCell(),
          render: ({ job, batch, inside }) =>
            job ? (
              <Stack gap={4} miw={126} pl={inside ? 20 : 0}>
                <StatusBadge status={job.status} />
                {isActive(job) ? <JobProgress job={job} size="xs" /> : null}
              </Stack>
            ) : (
              <BatchStatus batch={batch} />
            ),
        },
        {
          accessor: "group",
          title: t("column.group"),
          ...cardCell(),
          sortable: true,
          render: ({ job, batch }) =>
            job ? (
              <Stack gap={2} miw={150}>
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
            ) : (
              <BatchName
                batch={batch}
                unfolded={unfolded.includes(batch.batch_id)}
                onToggle={() => toggle(batch.batch_id)}
              />
            ),
        },
        {
          accessor: "connection",
          title: t("column.connection"),
          ...cardCell(t("column.connection")),
          sortable: true,
          render: ({ job, batch, inside }) =>
            inside ? null : (
              <Text size="sm" lineClamp={2}>
                {(job ?? batch).connection_name}
              </Text>
            ),
        },
        {
          accessor: "started",
          title: t("column.started"),
          ...cardCell(t("column.started")),
          sortable: true,
          noWrap: true,
          render: ({ job, batch }) => <RelativeTime at={(job ?? batch).created_at} />,
        },
        {
          accessor: "duration",
          title: t("column.duration"),
          ...cardCell(t("column.duration")),
          sortable: true,
          noWrap: true,
          textAlign: "right",
          render: ({ job, batch }) => <JobDuration job={job ?? batch} />,
        },
        {
          accessor: "files",
          title: t("column.files"),
          ...cardCell(t("column.files")),
          sortable: true,
          noWrap: true,
          textAlign: "right",
          render: ({ job, batch }) => {
            const { files, files_loaded } = job ? job.totals : batch;
            return files === 0 ? "–" : `${format.number(files_loaded)}/${format.number(files)}`;
          },
        },
        {
          accessor: "records",
          title: t("column.records"),
          ...cardCell(t("column.records")),
          sortable: true,
          noWrap: true,
          textAlign: "right",
          render: ({ job, batch }) =>
            format.number(
              batch ? batch.records : isActive(job) ? job.totals.lines : job.records_loaded,
            ),
        },
        {
          accessor: "completeness",
          title: t("completeness.label"),
          ...cardCell(t("completeness.label")),
          noWrap: true,
          render: ({ job, batch }) =>
            job ? (
              <CompletenessBadge
                completeness={job.completeness}
                ended={!isActive(job)}
                jobId={job.job_id}
              />
            ) : (
              <CompletenessBadge
                completeness={batch.completeness}
                ended={batch.ended_at !== null}
              />
            ),
        },
        {
          accessor: "who",
          title: t("column.who"),
          // What matters most stands in the row without scrolling; the job's page says this too.
          titleClassName: "mantine-visible-from-xl",
          cellsClassName: "mantine-visible-from-xl",
          sortable: true,
          render: ({ job, batch, inside }) =>
            inside ? null : (
              <Text
                size="sm"
                c="dimmed"
                truncate
                maw={170}
                title={actorName((job ?? batch).created_by)}
              >
                {actorName((job ?? batch).created_by)}
              </Text>
            ),
        },
      ]}
    />
  );
}

/** How far a batch is: the worst of its jobs' ends in words, or its progress. */
function BatchStatus({ batch }: { batch: BatchView }) {
  const t = useTranslations("jobs");
  const { statuses, jobs, ended_at } = batch;
  if (ended_at === null)
    return (
      <Stack gap={4} miw={126}>
        <Pill color="blue" icon={IconStack2}>
          {t("batch.ended", {
            ended: (statuses.completed ?? 0) + (statuses.failed ?? 0) + (statuses.cancelled ?? 0),
            count: jobs,
          })}
        </Pill>
        <Progress
          size="xs"
          value={Math.round(batch.progress_ratio * 100)}
          aria-label={t("batch.progress")}
        />
      </Stack>
    );
  return (
    <Group gap={4} miw={126}>
      {(["failed", "cancelled", "completed"] as const).map((status) => {
        const count = statuses[status] ?? 0;
        if (count === 0 || (status === "completed" && count < jobs)) return null;
        return count === jobs ? (
          <StatusBadge key={status} status={status} />
        ) : (
          <Pill
            key={status}
            color={status === "failed" ? "red" : "gray"}
            icon={status === "failed" ? IconAlertTriangle : IconBan}
          >
            {t(`batch.some-${status as "failed" | "cancelled"}`, { count })}
          </Pill>
        );
      })}
    </Group>
  );
}

function BatchName({
  batch,
  unfolded,
  onToggle,
}: {
  batch: BatchView;
  unfolded: boolean;
  onToggle: () => void;
}) {
  const t = useTranslations("jobs");
  const format = useFormatter();
  const left = batch.jobs - batch.groups.length;
  const Icon = unfolded ? IconChevronDown : IconChevronRight;
  return (
    <Stack gap={0} miw={190}>
      <Button
        variant="subtle"
        size="compact-sm"
        ml={-8}
        justify="flex-start"
        leftSection={<Icon size={16} aria-hidden />}
        aria-expanded={unfolded}
        onClick={onToggle}
        styles={{ root: { alignSelf: "flex-start" } }}
      >
        {t("batch.title", { count: batch.jobs })}
      </Button>
      <Text size="xs" c="dimmed" lineClamp={2}>
        {left > 0 && batch.groups.length > 1
          ? t("batch.groups-more", {
              groups: format.list(batch.groups, { type: "unit" }),
              count: left,
            })
          : format.list(batch.groups)}
      </Text>
      <Anchor component={Link} href={`/jobs?batch=${batch.batch_id}`} size="xs">
        {t("batch.summary")}
      </Anchor>
    </Stack>
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
