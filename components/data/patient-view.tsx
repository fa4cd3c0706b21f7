"use client";

import { Select, Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { useJobName } from "@/components/format/use-job-name";
import type { PatientView } from "@/lib/browser/data-queries";
import type { PatientJob, PatientSummary } from "@/lib/contract/patient";

/** Which job the page shows, in words, and a choice among those that hold the patient. */
export function PatientViewChoice({
  shown,
  jobs,
  onChange,
}: {
  shown: PatientSummary["shown"];
  jobs: PatientJob[];
  onChange: (view: PatientView) => void;
}) {
  const t = useTranslations("data.person");
  const format = useFormatter();
  const nameOf = useJobName();
  const chosen = jobs.find(({ job_id }) => job_id === shown.job_id);
  const ofSource = (job: PatientJob) =>
    jobs.filter(({ source_no }) => source_no !== null && source_no === job.source_no);
  // One entry for each source: the newest of its jobs stands for all.
  const sources = jobs.filter((job) => ofSource(job)[0] === job);
  const target = (job: PatientJob) => job.group_name ?? job.group_id ?? job.connection_name;
  const optionOf = (job: PatientJob | undefined, state: string) => `${state}/${job?.job_id ?? ""}`;
  const value =
    shown.state === "current" && chosen
      ? optionOf(ofSource(chosen)[0], "current")
      : optionOf(chosen, "job");
  return (
    <>
      <Select
        label={t("view")}
        data={[
          {
            group: t("view-current"),
            items: sources.map((job) => ({
              value: optionOf(job, "current"),
              label: t("current-of", { group: target(job), count: ofSource(job).length }),
            })),
          },
          {
            group: t("view-job"),
            items: jobs.map((job) => ({
              value: optionOf(job, "job"),
              label: t("job-of", {
                job: nameOf(job).long,
                records: format.number(job.records),
              }),
            })),
          },
        ].filter(({ items }) => items.length > 0)}
        value={value}
        onChange={(next) => {
          const [state, job] = (next ?? "").split("/");
          if (state && job) onChange({ state, job });
        }}
        allowDeselect={false}
        maxDropdownHeight={360}
        comboboxProps={{ shadow: "md" }}
      />
      <Text size="xs" c="dimmed" mt={6} role="status">
        {chosen === undefined
          ? ""
          : shown.state === "current"
            ? t("current-why", { group: target(chosen), count: ofSource(chosen).length })
            : t("job-why", { job: nameOf(chosen).short, others: jobs.length - 1 })}
        {chosen && shown.state === "job" && chosen.since ? ` ${t("job-since")}` : ""}
        {chosen && !chosen.settled && shown.state === "job" ? ` ${t("job-unsettled")}` : ""}
      </Text>
    </>
  );
}
