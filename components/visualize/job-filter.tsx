"use client";

import { MultiSelect, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { JobOption } from "@/components/format/job-option";
import { useJobName } from "@/components/format/use-job-name";
import { Explained } from "@/components/help/explained";
import { useJobChoices } from "@/lib/browser/job-choices";
import classes from "./visualize.module.css";

/**
 * Which ETL jobs the charts are drawn from: searched by group, connection, status or id; none means
 * all. The chosen ones stand as pills under the filters.
 */
export function JobFilter({
  label,
  value,
  onChange,
}: {
  label: string;
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
      label={label}
      placeholder={value.length > 0 ? t("jobs-chosen", { count: value.length }) : t("hint")}
      description={
        jobs.length < total
          ? t("too-many", { shown: format.number(jobs.length), total: format.number(total) })
          : undefined
      }
      leftSection={<Explained word="job-id" />}
      inputWrapperOrder={["label", "input", "description"]}
      data={choices}
      value={value}
      onChange={onChange}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={t("none-found")}
      filter={remote ? ({ options }) => options : undefined}
      maxDropdownHeight={360}
      comboboxProps={{ shadow: "md" }}
      hiddenInputProps={{ "aria-hidden": true }}
      classNames={{ input: value.length > 0 ? classes.filled : undefined }}
      renderPill={() => null}
      renderOption={({ option }) => {
        const job = byId.get(option.value);
        if (!job) return <Text size="sm">{option.label}</Text>;
        return <JobOption job={job} />;
      }}
    />
  );
}
