"use client";

import { useTranslations } from "use-intl";
import type { ActiveFilter } from "@/components/format/filter-pills";
import { useFilterPills } from "@/components/format/use-filter-pills";
import { type ChartFilter, chartFilter } from "@/lib/browser/chart-filter";
import { useChart } from "@/lib/browser/charts-queries";
import { useJobChoices } from "@/lib/browser/job-choices";
import { useUrlState } from "@/lib/browser/url-state";
import type { JobSummary } from "@/lib/contract/job";
import { SourceNote } from "./source-note";
import { sourceState } from "./source-state";
import type { View, ViewSet } from "./view";

const inZoom = /^(\d{4}-\d{2})_(\d{4}-\d{2})$/;

const everyFilter = [
  ...["job", "connection", "group", "b_job", "b_connection", "b_group"],
  ...["sex", "age", "from", "to", "zoom"],
];

const within =
  ({ connection, group }: ChartFilter) =>
  (job: JobSummary) =>
    (!connection || job.connection_id === connection) && (!group || job.group_id === group);

/** What the address says the page shows: the sets of jobs, the filters, and all of it in words. */
export function useView(): {
  view: View;
  jobs: JobSummary[];
  /** how many of the jobs still bring data */
  running: number;
  active: ActiveFilter[];
  compare: boolean;
  setCompare: (on: boolean) => void;
  clear: () => void;
} {
  const t = useTranslations("visualize.source");
  const { search, set } = useUrlState();
  const compare = search.get("compare") === "1";
  const filter = chartFilter(search);
  const other = chartFilter(search, "b_");
  const mine = useJobChoices(filter.jobs);
  const others = useJobChoices(compare ? other.jobs : []);
  const jobs = [
    ...new Map([...mine.jobs, ...others.jobs].map((job) => [job.job_id, job])).values(),
  ];
  const running = new Set(
    [
      ...mine.running.filter(within(filter)),
      ...(compare ? others.running.filter(within(other)) : []),
    ].map(({ job_id }) => job_id),
  ).size;
  const live = running > 0;
  const words = useFilterPills(jobs);

  // The same question as the first row's: asked once, told everywhere.
  const one = useChart("summary", { filter, live });
  const two = useChart("summary", { filter: compare ? other : filter, live });
  const setOf = (name: string | null, own: ChartFilter, summary: typeof one): ViewSet => {
    const jobsOf = words.setWords(own);
    const source = summary.data?.source;
    const state = source && source.job_ids.length > 0 ? sourceState(source) : null;
    const complete =
      state && (state.count === state.of ? t(state.state) : t(`some-${state.state}`, state));
    return {
      name,
      filter: own,
      live,
      words: jobsOf,
      inFile: complete ? `${jobsOf} (${complete})` : jobsOf,
      source: <SourceNote words={jobsOf} source={source} jobs={jobs} />,
    };
  };
  const [, from, to] = inZoom.exec(search.get("zoom") ?? "") ?? [];
  return {
    view: {
      sets: compare
        ? [setOf("A", filter, one), setOf("B", other, two)]
        : [setOf(null, filter, one)],
      filter,
      zoom: from && to ? { from, to } : null,
      facts: words.facts(filter),
      set,
    },
    jobs,
    running,
    active: [
      ...words.ofSet(filter, "", compare ? "A" : null),
      ...(compare ? words.ofSet(other, "b_", "B") : []),
      ...words.ofPatients(filter),
    ],
    compare,
    setCompare: (on) => {
      const [first, second] = filter.jobs;
      if (!on) set({ compare: null, b_job: null, b_connection: null, b_group: null });
      // Two jobs that are chosen are what is to be compared.
      else if (first && second && filter.jobs.length === 2)
        set({ compare: "1", job: [first], b_job: [second] });
      else set({ compare: "1" });
    },
    clear: () => set(Object.fromEntries(everyFilter.map((name) => [name, null]))),
  };
}
