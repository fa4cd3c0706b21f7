"use client";

import { Anchor, Code, Paper, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { RelativeTime } from "@/components/format/relative-time";
import { ShortId } from "@/components/format/short-id";
import { useActorName } from "@/components/format/use-actor-name";
import { useBytes } from "@/components/format/use-bytes";
import { Link } from "@/components/frame/link";
import type { JobDetail } from "@/lib/contract/job";
import styles from "./job-facts.module.css";
import { JobTarget } from "./job-target";

/** Where the data comes from and what was asked for. */
export function JobFacts({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.detail");
  const format = useFormatter();
  const bytes = useBytes();
  const actorName = useActorName();
  const time = (at: string) =>
    format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "medium" });
  const loadedMs =
    job.prepared_at && job.ended_at ? Date.parse(job.ended_at) - Date.parse(job.prepared_at) : 0;
  const facts: [string, ReactNode][] = [
    ["job", <ShortId key="v" id={job.job_id} whole />],
    [
      "connection",
      job.connection_id ? (
        <Anchor key="v" component={Link} href={`/connections/${job.connection_id}`} size="sm">
          {job.connection_name}
        </Anchor>
      ) : (
        job.connection_name
      ),
    ],
    ["server", <Code key="v">{job.fhir_base_url}</Code>],
    [
      "group",
      <span key="v">
        <JobTarget job={job} />
        {job.group_id && job.group_name !== job.group_id ? (
          <>
            {" "}
            <Code>{job.group_id}</Code>
          </>
        ) : null}
      </span>,
    ],
    ["types", job.resource_types.join(", ") || t("fact.types-all")],
  ];
  if (job.mode === "search")
    facts.push([
      "mode",
      job.mode_reason ? t("mode.search-instead", { reason: job.mode_reason }) : t("mode.search"),
    ]);
  if (job.since) facts.push(["since", time(job.since)]);
  if (job.transaction_time) facts.push(["transaction-time", time(job.transaction_time)]);
  if (job.totals.size_bytes > 0) facts.push(["size", bytes(job.totals.size_bytes)]);
  if (loadedMs >= 200 && job.totals.lines > 0)
    facts.push([
      "speed",
      t("fact.speed-value", { records: Math.round((job.totals.lines / loadedMs) * 1_000) }),
    ]);
  facts.push(
    ["who", actorName(job.created_by)],
    ["created", <RelativeTime key="v" at={job.created_at} />],
  );
  if (job.status_url) facts.push(["status-url", <Code key="v">{job.status_url}</Code>]);
  return (
    <Paper withBorder p="md" radius="md" h="100%">
      <Title order={2} size="h4" mb="sm">
        {t("facts")}
      </Title>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="sm" c="dimmed">
              {t(`fact.${name}` as never)}
            </Text>
            <Text component="dd" size="sm" m={0}>
              {value}
            </Text>
          </div>
        ))}
      </dl>
    </Paper>
  );
}
