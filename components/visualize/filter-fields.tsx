"use client";

import { Input, Select, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "use-intl";
import { connectionLabels } from "@/components/format/connection-labels";
import { selectText } from "@/components/format/select-text";
import { ageBands, type ChartFilter, sexes } from "@/lib/browser/chart-filter";
import { connectionsQuery } from "@/lib/browser/connections-queries";
import type { JobSummary } from "@/lib/contract/job";
import { JobFilter } from "./job-filter";
import { Several } from "./several";
import type { View } from "./view";
import classes from "./visualize.module.css";

function PeriodComing() {
  const t = useTranslations("visualize.filter");
  return (
    <Input.Wrapper label={t("period")}>
      <Skeleton height={36} />
    </Input.Wrapper>
  );
}

// The calendar is not needed to look at the first charts.
const PeriodFilter = dynamic(
  () => import("./period-filter").then(({ PeriodFilter }) => PeriodFilter),
  { ssr: false, loading: PeriodComing },
);

/** Which jobs one set is of: by id, by connection, by group. */
export function SetFields({
  filter,
  prefix,
  name,
  jobs,
  set,
}: {
  filter: ChartFilter;
  prefix: "" | "b_";
  /** "A" or "B" where two are compared */
  name: string | null;
  /** the jobs that are known: what groups there are */
  jobs: JobSummary[];
  set: View["set"];
}) {
  const t = useTranslations("visualize.filter");
  const connections = useQuery(connectionsQuery());
  const of = (label: string) => (name ? `${name} · ${label}` : label);
  const names = connectionLabels(connections.data?.connections ?? []);
  // Groups have no list of their own: those that were exported are what can be looked at.
  const groups = new Map(
    jobs.flatMap(({ connection_id, group_id, group_name, connection_name }) =>
      connection_id && group_id && (!filter.connection || filter.connection === connection_id)
        ? [
            [
              `${connection_id}/${group_id}`,
              filter.connection || names.size < 2
                ? (group_name ?? group_id)
                : `${group_name ?? group_id} · ${names.get(connection_id) ?? connection_name}`,
            ],
          ]
        : [],
    ),
  );
  const group = filter.group ? `${filter.connection}/${filter.group}` : null;
  if (group && !groups.has(group)) groups.set(group, filter.group ?? "");
  if (filter.connection && !names.has(filter.connection)) names.set(filter.connection, "…");
  const search = { searchable: true, onFocus: selectText, onClick: selectText, clearable: true };
  return (
    <>
      <div className={classes.jobField}>
        <JobFilter
          label={of(t("label"))}
          value={filter.jobs}
          onChange={(next) => set({ [`${prefix}job`]: next })}
        />
      </div>
      <Select
        label={of(t("connection"))}
        placeholder={t("connection-any")}
        data={[...names].map(([value, label]) => ({ value, label }))}
        value={filter.connection}
        onChange={(next) => set({ [`${prefix}connection`]: next, [`${prefix}group`]: null })}
        nothingFoundMessage={t("connection-none")}
        clearButtonProps={{ "aria-label": t("connection-any") }}
        comboboxProps={{ shadow: "md" }}
        {...search}
      />
      <Select
        label={of(t("group"))}
        placeholder={t("group-any")}
        data={[...groups].map(([value, label]) => ({ value, label }))}
        value={group}
        onChange={(next) => {
          const [connection, ...rest] = (next ?? "").split("/");
          set(
            next
              ? { [`${prefix}connection`]: connection ?? null, [`${prefix}group`]: rest.join("/") }
              : { [`${prefix}group`]: null },
          );
        }}
        nothingFoundMessage={t("group-none")}
        clearButtonProps={{ "aria-label": t("group-any") }}
        maxDropdownHeight={360}
        comboboxProps={{ shadow: "md" }}
        {...search}
      />
    </>
  );
}

/** Which patients, and when. */
export function PatientFields({ filter, set }: { filter: ChartFilter; set: View["set"] }) {
  const t = useTranslations("visualize");
  return (
    <>
      <PeriodFilter
        from={filter.from}
        to={filter.to}
        onChange={(period) => set({ ...period, zoom: null })}
      />
      <Several
        label={t("filter.sex")}
        any={t("filter.sex-any")}
        data={sexes.map((sex) => ({ value: sex, label: t(`ages.${sex}`) }))}
        value={filter.sex}
        onChange={(next) => set({ sex: next })}
      />
      <Several
        label={t("filter.age")}
        any={t("filter.age-any")}
        data={ageBands.map((band) => ({
          value: band,
          label: band === "unknown" ? t("ages.unknown-band") : band.replace("-", "–"),
        }))}
        value={filter.age}
        onChange={(next) => set({ age: next })}
      />
    </>
  );
}
