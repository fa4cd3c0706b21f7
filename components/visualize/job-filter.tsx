"use client";

import { MultiSelect, Pill, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { JobOption } from "@/components/format/job-option";
import { useJobName } from "@/components/format/use-job-name";
import { useJobChoices } from "@/lib/browser/job-choices";

/** Which ETL jobs the charts are drawn from: searched by group, connection, status or id; none means all. */
export function JobFilter({
  value,
  onChange,
}: {
  value: string[];
  onChange: (jobs: string[]) => void;
}) {
  const t = useTranslations("visualize.filter");
  const format = useFormatter();
  const nameOf = useJobName();
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed, 250);
  const everything = useJobChoices(value);
  // While the list holds all jobs it is searched here, by every word that it shows.
  const remote = everything.total > 200;
  const { jobs, total, known } = useJobChoices(value, remote ? settled : "");
  const byId = new Map(jobs.map((job) => [job.job_id, job]));
  const removed = value.filter((id) => !byId.has(id));
  const choices = [
    ...jobs.map((job) => ({ value: job.job_id, label: nameOf(job).long })),
    ...removed.map((id) => ({
      value: id,
      label: known ? t("removed", { id: `…${id.slice(-8)}` }) : `…${id.slice(-8)}`,
    })),
  ];
  return (
    <MultiSelect
      label={t("label")}
      placeholder={value.length > 0 ? t("more") : t("hint")}
      description={
        jobs.length < total
          ? t("too-many", { shown: format.number(jobs.length), total: format.number(total) })
          : undefined
      }
      data={choices}
      value={value}
      onChange={onChange}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      clearable
      clearButtonProps={{ "aria-label": t("clear") }}
      nothingFoundMessage={t("none-found")}
      filter={remote ? ({ options }) => options : undefined}
      maxDropdownHeight={360}
      comboboxProps={{ shadow: "md" }}
      hiddenInputProps={{ "aria-hidden": true }}
      renderOption={({ option }) => {
        const job = byId.get(option.value);
        if (!job) return <Text size="sm">{option.label}</Text>;
        return <JobOption job={job} />;
      }}
      renderPill={({ option, onRemove, disabled }) => {
        const job = byId.get(String(option?.value));
        return (
          <Pill
            withRemoveButton={!disabled}
            onRemove={onRemove}
            title={option?.label}
            removeButtonProps={{ "aria-hidden": true }}
          >
            {job ? nameOf(job).short : option?.label}
          </Pill>
        );
      }}
    />
  );
}
