"use client";

import {
  Button,
  CloseButton,
  Group,
  Paper,
  Select,
  Skeleton,
  Text,
  TextInput,
} from "@mantine/core";
import { IconDatabase, IconDatabaseSearch, IconSearch } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { Loaded } from "@/components/feedback/loaded";
import { FilterPills } from "@/components/format/filter-pills";
import { JobOption } from "@/components/format/job-option";
import { selectText } from "@/components/format/select-text";
import { useFilterPills } from "@/components/format/use-filter-pills";
import { useJobName } from "@/components/format/use-job-name";
import { useTypeName } from "@/components/format/use-type-name";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { chartFilter, chartParams } from "@/lib/browser/chart-filter";
import { useDataRows, useDataTypes } from "@/lib/browser/data-queries";
import { useJobChoices } from "@/lib/browser/job-choices";
import { useSearchText } from "@/lib/browser/search-text";
import { useUrlState } from "@/lib/browser/url-state";
import type { DataRow } from "@/lib/contract/data";
import classes from "./data.module.css";
import { Pager } from "./pager";
import { PatientBar } from "./patient-bar";
import { ResourceDrawer } from "./resource-drawer";
import { RowsSkeleton, RowsTable } from "./rows-table";
import { traceNames } from "./trace-names";
import { TypeList } from "./type-list";
import { useTracePills } from "./use-trace-pills";

const sorts = ["job_id", "patient_id", "start_at"] as const;
const newestJobs = { by: "job_id", order: "desc" } as const;

/** The page Data: the rows of one type, by job, patient and words, down to one resource's JSON. */
export function DataBrowser() {
  const t = useTranslations("data");
  const nameOf = useJobName();
  const typeName = useTypeName();
  const router = useRouter();
  const { search, set } = useUrlState();
  const filter = chartFilter(search);
  const { jobs: chosenJobs } = filter;
  const job = chosenJobs.length === 1 ? chosenJobs[0] : undefined;
  const patient = search.get("patient") ?? undefined;
  const q = search.get("q") ?? undefined;
  // A file is one of a job's; without the job its number says nothing.
  const file = job ? Math.trunc(Number(search.get("file"))) || undefined : undefined;
  const page = Math.max(1, Math.trunc(Number(search.get("page"))) || 1);
  const pageSize = [25, 50, 100].find((size) => String(size) === search.get("page_size")) ?? 25;

  // A chart leads here with its filter and with what one of its bars stands for.
  const filters = chartParams(filter).toString();
  const trace = traceNames.flatMap((name) => {
    const value = search.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
  const types = useDataTypes({ patient, filter: filters });
  const listed = types.data?.types ?? [];
  const type =
    search.get("type") ??
    (listed.find((one) => one.type === "Patient" && one.records > 0) ?? listed[0])?.type ??
    null;
  // Several jobs stand newest first, the rows of one by patient.
  const usual = job ? ({ by: "patient_id", order: "asc" } as const) : newestJobs;
  // Of a sex or an age the server would have to look through all people of all jobs for it.
  const sortable = job !== undefined || (filter.sex.length === 0 && filter.age.length === 0);
  const asked = sorts.find((one) => sortable && one === search.get("sort"));
  const sort = asked
    ? { by: asked, order: search.get("order") === "desc" ? ("desc" as const) : ("asc" as const) }
    : usual;
  const rows = useDataRows(type, {
    filter: [filters, new URLSearchParams(trace)].map(String).filter(Boolean).join("&"),
    patient,
    file,
    q,
    ...(asked ? { sort: sort.by, order: sort.order } : {}),
    page,
    page_size: pageSize,
  });

  const { jobs } = useJobChoices(chosenJobs);
  const pills = useFilterPills(jobs);
  const active = [
    // One job alone stands in its own field.
    ...pills.ofSet(job ? { ...filter, jobs: [] } : filter),
    ...pills.ofPatients(filter),
    ...useTracePills(trace),
  ];
  const jobNames = new Map(jobs.map((one) => [one.job_id, nameOf(one).short]));

  const words = useSearchText(q ?? "", (text) => set({ q: text, page: null }));
  const clear = () => {
    words.empty();
    const others = ["job", "connection", "group", "sex", "age", "from", "to", ...traceNames];
    set({
      q: null,
      patient: null,
      file: null,
      page: null,
      ...Object.fromEntries(others.map((name) => [name, null])),
    });
  };

  // job/id/patient: the key of a row; only the patient may be empty or hold anything.
  const [openJob, openId, ...openPatient] = (search.get("open") ?? "").split("/");
  const open =
    openJob && openId ? { job: openJob, id: openId, patient: openPatient.join("/") } : null;
  const openRow = (row: DataRow) =>
    set({ open: `${row.job_id}/${row.id}/${row.patient_id}`, type: row.type }, true);
  // What a job's table shows is what its page shows; of all jobs the current state.
  const patientHref = (id: string) =>
    `/data/patients/${encodeURIComponent(id)}${job ? `?job=${job}` : ""}`;

  if (types.data && listed.length === 0 && filters === "" && !patient)
    return (
      <>
        <PageHeader title={t("title")}>{t("lead")}</PageHeader>
        <EmptyState
          icon={<IconDatabase size={26} aria-hidden />}
          title={t("empty.title")}
          action={
            <Button component={Link} href="/connections">
              {t("empty.action")}
            </Button>
          }
        >
          {t("empty.text")}
        </EmptyState>
      </>
    );

  // The chosen type stays in the list, also where the filters leave nothing of it.
  const offered =
    type && !listed.some((one) => one.type === type) ? [...listed, { type, records: 0 }] : listed;
  const hint =
    type === "Patient"
      ? "patient"
      : ["Condition", "Observation", "MedicationRequest", "Encounter"].includes(type ?? "")
        ? "coded"
        : "other";

  return (
    <>
      <PageHeader title={t("title")}>{t("lead")}</PageHeader>
      {patient ? (
        <PatientBar
          patient={patient}
          job={job}
          onClear={() => set({ patient: null, page: null })}
          href={patientHref(patient)}
        />
      ) : null}
      <div className={classes.page}>
        <Loaded query={types} skeleton={<Skeleton height={280} className={classes.rail} />}>
          {() => (
            <TypeList
              types={offered}
              value={type}
              onChange={(next) => {
                // What a bar stood for was of its own type.
                const others = Object.fromEntries(traceNames.map((name) => [name, null]));
                const begin = { q: null, page: null, open: null, sort: null, order: null };
                set({ type: next, ...begin, ...others });
              }}
            />
          )}
        </Loaded>
        <div className={classes.main}>
          <div className={classes.filters}>
            <TextInput
              label={t("search")}
              placeholder={t(`search-hint.${hint}`)}
              value={words.typed}
              onChange={({ currentTarget }) => words.type(currentTarget.value)}
              leftSection={<IconSearch size={16} aria-hidden />}
              rightSection={
                words.typed ? (
                  <CloseButton
                    size="sm"
                    aria-label={t("clear-search")}
                    onClick={() => {
                      words.empty();
                      set({ q: null, page: null });
                    }}
                  />
                ) : null
              }
            />
            <Select
              label={t("job")}
              placeholder={
                chosenJobs.length > 1
                  ? t("jobs-chosen", { count: chosenJobs.length })
                  : t("job-all")
              }
              data={[
                ...jobs.map((one) => ({ value: one.job_id, label: nameOf(one).long })),
                ...(job && !jobNames.has(job) ? [{ value: job, label: `…${job.slice(-8)}` }] : []),
              ]}
              value={job ?? null}
              onChange={(next) => set({ job: next, file: null, page: null })}
              searchable
              onFocus={selectText}
              onClick={selectText}
              clearable
              clearButtonProps={{ "aria-label": t("job-all") }}
              nothingFoundMessage={t("job-none")}
              maxDropdownHeight={360}
              comboboxProps={{ shadow: "md" }}
              renderOption={({ option }) => {
                const one = jobs.find(({ job_id }) => job_id === option.value);
                return one ? <JobOption job={one} /> : option.label;
              }}
            />
          </div>
          {active.length > 0 ? (
            <Group gap="xs" mb="md">
              <FilterPills
                active={active}
                onChange={(without) => set({ ...without, page: null })}
                onClear={clear}
              />
            </Group>
          ) : null}
          <Paper withBorder p="md">
            <Loaded query={rows} skeleton={<RowsSkeleton rows={12} />}>
              {(data) =>
                data.rows.length === 0 ? (
                  <EmptyState
                    icon={<IconDatabaseSearch size={26} aria-hidden />}
                    title={t("empty.filtered-title")}
                    action={
                      <Button variant="default" onClick={clear}>
                        {t("empty.filtered-action")}
                      </Button>
                    }
                  >
                    {t("empty.filtered-text")}
                  </EmptyState>
                ) : (
                  <>
                    <Text component="div" size="sm" c="dimmed" mb="xs">
                      {typeName(type ?? "")}
                      {" · "}
                      {pills.setWords(filter)}
                      {file ? (
                        <>
                          {" · "}
                          {t("file", { file })}{" "}
                          <CloseButton
                            size="xs"
                            display="inline-flex"
                            aria-label={t("file-clear")}
                            onClick={() => set({ file: null, page: null })}
                          />
                        </>
                      ) : null}
                      {data.total === null ? "" : ` · ${t("rows", { count: data.total })}`}
                    </Text>
                    <RowsTable
                      type={data.rows[0]?.type ?? type ?? ""}
                      rows={data.rows}
                      jobNames={jobNames}
                      withPatient={data.rows[0]?.type !== "Patient" && !patient}
                      withJob={!job}
                      old={rows.isPlaceholderData}
                      sort={
                        sortable
                          ? {
                              ...sort,
                              onChange: ({ by, order }) => {
                                const back = by === usual.by && order === usual.order;
                                const next = back ? { by: null, order: null } : { by, order };
                                set({ sort: next.by, order: next.order, page: null });
                              },
                            }
                          : null
                      }
                      onOpen={openRow}
                      patientHref={(row) => patientHref(row.patient_id)}
                    />
                    <Pager
                      page={data.page}
                      pageSize={data.page_size}
                      shown={data.rows.length}
                      total={data.total}
                      more={data.more}
                      onChange={(next, size) =>
                        set({
                          page: next === 1 ? null : next,
                          page_size: size === 25 ? null : size,
                        })
                      }
                    />
                  </>
                )
              }
            </Loaded>
          </Paper>
        </div>
      </div>
      <ResourceDrawer
        type={type}
        open={open}
        jobNames={jobNames}
        onClose={() => set({ open: null })}
        onPatient={(id) => router.push(patientHref(id))}
      />
    </>
  );
}
