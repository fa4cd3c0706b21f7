"use client";

import { ActionIcon, Alert, Button, CopyButton, Group, Loader, Tooltip } from "@mantine/core";
import {
  IconChartHistogram,
  IconCheck,
  IconFilterOff,
  IconLink,
  IconRefresh,
} from "@tabler/icons-react";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { useJobName } from "@/components/format/use-job-name";
import { PageHeader } from "@/components/frame/page-header";
import { useChart } from "@/lib/browser/charts-queries";
import { useJobChoices } from "@/lib/browser/job-choices";
import { useUrlState } from "@/lib/browser/url-state";
import { AgesCard } from "./ages-card";
import { CodesCard } from "./codes-card";
import { EncountersCard } from "./encounters-card";
import { JobFilter } from "./job-filter";
import { ObservationsCard } from "./observations-card";
import type { Scope } from "./scope";
import { SummaryTiles } from "./summary-tiles";
import { TypesCard } from "./types-card";
import classes from "./visualize.module.css";

/** The page Visualize: charts over all jobs, or over those that the address names. */
export function Visualize() {
  const t = useTranslations("visualize");
  const format = useFormatter();
  const nameOf = useJobName();
  const client = useQueryClient();
  const { search, set } = useUrlState();
  const chosen = [...new Set(search.getAll("job").flatMap((job) => job.split(",")))].filter(
    Boolean,
  );
  const { jobs, running } = useJobChoices(chosen);
  const live = running.length > 0;
  const names = chosen.map((id) => {
    const job = jobs.find((one) => one.job_id === id);
    return job ? nameOf(job).short : `…${id.slice(-8)}`;
  });
  const scope: Scope = {
    jobs: chosen,
    live,
    source:
      names.length === 0
        ? t("source.all")
        : names.length === 1
          ? t("source.one", { name: names[0] ?? "" })
          : t("source.several", { count: format.number(names.length), names: names.join(", ") }),
  };
  const summary = useChart("summary", scope);
  const fetching = useIsFetching({ queryKey: ["charts"] }) > 0;

  // The last rows may have come between the last look and the job's end.
  const wasLive = useRef(live);
  useEffect(() => {
    if (wasLive.current && !live) void client.invalidateQueries({ queryKey: ["charts"] });
    wasLive.current = live;
  }, [live, client]);

  const empty = summary.data?.resources === 0 && !summary.isPlaceholderData && !live;

  return (
    <>
      <PageHeader
        title={t("title")}
        action={
          <Group gap="xs">
            <CopyButton value={typeof window === "undefined" ? "" : window.location.href}>
              {({ copied, copy }) => (
                <Button
                  variant="default"
                  size="sm"
                  onClick={copy}
                  leftSection={
                    copied ? (
                      <IconCheck size={16} aria-hidden />
                    ) : (
                      <IconLink size={16} aria-hidden />
                    )
                  }
                >
                  {copied ? t("filter.link-copied") : t("filter.copy-link")}
                </Button>
              )}
            </CopyButton>
            <Tooltip label={t("filter.refresh")}>
              <ActionIcon
                variant="default"
                size={36}
                loading={fetching && !live}
                onClick={() => void client.invalidateQueries({ queryKey: ["charts"] })}
                aria-label={t("filter.refresh")}
              >
                <IconRefresh size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Group>
        }
      >
        {t("lead")}
      </PageHeader>
      <div className={classes.page}>
        <JobFilter
          value={chosen}
          onChange={(next) => set({ job: next.length > 0 ? next : null })}
        />
        {live ? (
          <Alert
            variant="light"
            py="xs"
            role="status"
            icon={<Loader size={16} type="dots" aria-hidden />}
          >
            {t("live", { count: running.length })}
          </Alert>
        ) : null}
        {empty ? (
          <EmptyState
            icon={<IconChartHistogram size={26} aria-hidden />}
            title={chosen.length > 0 ? t("empty.chosen-title") : t("empty.title")}
            action={
              chosen.length > 0 ? (
                <Group justify="center">
                  <Button
                    leftSection={<IconFilterOff size={16} aria-hidden />}
                    onClick={() => set({ job: null })}
                  >
                    {t("filter.clear")}
                  </Button>
                  <Button component={Link} href="/jobs" variant="default">
                    {t("empty.jobs")}
                  </Button>
                </Group>
              ) : (
                <Button component={Link} href="/connections">
                  {t("empty.action")}
                </Button>
              )
            }
          >
            {chosen.length > 0 ? t("empty.chosen-text") : t("empty.text")}
          </EmptyState>
        ) : (
          <>
            <SummaryTiles query={summary} source={scope.source} />
            <div className={classes.cards}>
              <TypesCard scope={scope} />
              <AgesCard scope={scope} />
              <CodesCard
                scope={scope}
                words="conditions"
                chart="most-frequent-conditions"
                type="Condition"
              />
              <CodesCard
                scope={scope}
                words="medications"
                chart="most-frequent-medications"
                type="MedicationRequest"
              />
              <EncountersCard scope={scope} className={classes.wide} />
              <ObservationsCard scope={scope} className={classes.whole} />
            </div>
          </>
        )}
      </div>
    </>
  );
}
