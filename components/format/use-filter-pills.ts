import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import type { ChartFilter } from "@/lib/browser/chart-filter";
import { connectionsQuery } from "@/lib/browser/connections-queries";
import type { JobSummary } from "@/lib/contract/job";
import { connectionLabels } from "./connection-labels";
import type { ActiveFilter } from "./filter-pills";
import { useJobName } from "./use-job-name";

/**
 * A filter in words: as pills that can be taken off, as a line, as the name of its jobs.
 * @param jobs what is known of jobs by name
 */
export function useFilterPills(jobs: JobSummary[]): {
  /** which jobs, connection and group */
  ofSet: (filter: ChartFilter, prefix?: "" | "b_", name?: string | null) => ActiveFilter[];
  /** which period, sexes and ages */
  ofPatients: (filter: ChartFilter) => ActiveFilter[];
  setWords: (filter: ChartFilter) => string;
  /** "Period: …", "Sex: …", "Age: …" */
  facts: (filter: ChartFilter) => string[];
  ageOf: (band: string) => string;
} {
  const t = useTranslations("visualize");
  const format = useFormatter();
  const nameOf = useJobName();
  const connections = useQuery(connectionsQuery());
  const shortOf = (id: string) => {
    const job = jobs.find(({ job_id }) => job_id === id);
    return job ? nameOf(job).short : `…${id.slice(-8)}`;
  };
  const labels = connectionLabels(connections.data?.connections ?? []);
  const connectionOf = (id: string) =>
    labels.get(id) ??
    jobs.find((job) => job.connection_id === id)?.connection_name ??
    `…${id.slice(-8)}`;
  const groupOf = (id: string, connection: string | null) =>
    jobs.find((job) => job.group_id === id && job.connection_id === connection)?.group_name ?? id;
  const monthOf = (value: string) =>
    format.dateTime(new Date(`${value}-01T00:00:00Z`), {
      timeZone: "UTC",
      year: "numeric",
      month: "short",
    });
  const ageOf = (band: string) =>
    band === "unknown" ? t("ages.unknown-band") : band.replace("-", "–");
  const periodOf = ({ from, to }: ChartFilter) => {
    if (from && to) return from === to ? monthOf(from) : `${monthOf(from)} – ${monthOf(to)}`;
    if (from) return t("filter.since", { month: monthOf(from) });
    return to ? t("filter.until", { month: monthOf(to) }) : null;
  };
  return {
    ageOf,
    ofSet: (filter, prefix = "", name = null) => {
      const { jobs: ids, connection, group } = filter;
      const mark = (label: string) => (name ? `${name} · ${label}` : label);
      return [
        ...ids.map((id) => ({
          key: `${prefix}job ${id}`,
          label: mark(shortOf(id)),
          without: { [`${prefix}job`]: ids.filter((one) => one !== id) },
        })),
        ...(connection
          ? [
              {
                key: `${prefix}connection`,
                label: mark(connectionOf(connection)),
                without: { [`${prefix}connection`]: null, [`${prefix}group`]: null },
              },
            ]
          : []),
        ...(group
          ? [
              {
                key: `${prefix}group`,
                label: mark(groupOf(group, connection)),
                without: { [`${prefix}group`]: null },
              },
            ]
          : []),
      ];
    },
    ofPatients: (filter) => {
      const period = periodOf(filter);
      return [
        ...(period
          ? [{ key: "period", label: period, without: { from: null, to: null, zoom: null } }]
          : []),
        ...filter.sex.map((sex) => ({
          key: `sex ${sex}`,
          label: `${t("filter.sex")}: ${t(`ages.${sex}`)}`,
          without: { sex: filter.sex.filter((one) => one !== sex) },
        })),
        ...filter.age.map((band) => ({
          key: `age ${band}`,
          label: `${t("filter.age")}: ${ageOf(band)}`,
          without: { age: filter.age.filter((one) => one !== band) },
        })),
      ];
    },
    setWords: ({ jobs: ids, connection, group }) => {
      const names = ids.map(shortOf);
      const parts = [
        names.length > 1
          ? t("source.several", { count: format.number(names.length), names: names.join(", ") })
          : (names[0] ?? null),
        group ? groupOf(group, connection) : null,
        connection ? connectionOf(connection) : null,
      ].filter(Boolean);
      return parts.length > 0 ? parts.join(" · ") : t("source.all");
    },
    facts: (filter) => {
      const period = periodOf(filter);
      return [
        period ? `${t("filter.period")}: ${period}` : null,
        filter.sex.length > 0
          ? `${t("filter.sex")}: ${format.list(filter.sex.map((sex) => t(`ages.${sex}`)))}`
          : null,
        filter.age.length > 0 ? `${t("filter.age")}: ${format.list(filter.age.map(ageOf))}` : null,
      ].filter((fact) => fact !== null);
    },
  };
}
