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
import dynamic from "next/dynamic";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { useChartsAhead } from "@/lib/browser/charts-queries";
import { AgesCard } from "./ages-card";
import { CardSkeleton } from "./card-skeleton";
import { CodesCard } from "./codes-card";
import { FilterBar } from "./filter-bar";
import { SummaryTiles } from "./summary-tiles";
import { TypesCard } from "./types-card";
import { useSets } from "./use-sets";
import { useView } from "./use-view";
import classes from "./visualize.module.css";

// What stands below the fold is drawn with a library that weighs more than all the rest: fetched from the
// first moment, waited for by nothing else.
const encounters = () => import("./encounters-card").then(({ EncountersCard }) => EncountersCard);
const observations = () =>
  import("./observations-card").then(({ ObservationsCard }) => ObservationsCard);
if (typeof window !== "undefined") {
  // Where one fails it is tried again, and told, when it is drawn.
  encounters().catch(() => {});
  observations().catch(() => {});
}
const EncountersCard = dynamic(encounters, {
  ssr: false,
  loading: () => <CardSkeleton className={classes.wide} height={360} />,
});
const ObservationsCard = dynamic(observations, {
  ssr: false,
  loading: () => <CardSkeleton className={classes.whole} height={380} />,
});

/** The page Visualize: charts over all jobs, or over those that the address names. */
export function Visualize() {
  const t = useTranslations("visualize");
  const client = useQueryClient();
  const { view, jobs, running, active, compare, setCompare, clear } = useView();
  const live = running > 0;
  useChartsAhead(view.filter, view.zoom !== null);
  const summary = useSets("summary", view);
  const fetching = useIsFetching({ queryKey: ["charts"] }) > 0;

  // The last rows may have come between the last look and the job's end.
  const wasLive = useRef(live);
  useEffect(() => {
    if (wasLive.current && !live) void client.invalidateQueries({ queryKey: ["charts"] });
    wasLive.current = live;
  }, [live, client]);

  const empty =
    summary.data.length > 0 &&
    summary.data.every(({ resources }) => resources === 0) &&
    !summary.query.isPlaceholderData &&
    !live;
  const words = active.length === 0 ? "nothing" : view.facts.length > 0 ? "filtered" : "chosen";

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
        <FilterBar
          view={view}
          jobs={jobs}
          active={active}
          compare={compare}
          onCompare={setCompare}
          onClear={clear}
        />
        {live ? (
          <Alert
            variant="light"
            py="xs"
            role="status"
            icon={<Loader size={16} type="dots" aria-hidden />}
          >
            {t("live", { count: running })}
          </Alert>
        ) : null}
        {empty ? (
          <EmptyState
            icon={<IconChartHistogram size={26} aria-hidden />}
            title={t(`empty.${words}-title`)}
            action={
              words === "nothing" ? (
                <Button component={Link} href="/connections">
                  {t("empty.action")}
                </Button>
              ) : (
                <Group justify="center">
                  <Button leftSection={<IconFilterOff size={16} aria-hidden />} onClick={clear}>
                    {t("filter.clear-all")}
                  </Button>
                  <Button component={Link} href="/jobs" variant="default">
                    {t("empty.jobs")}
                  </Button>
                </Group>
              )
            }
          >
            {t(`empty.${words}-text`)}
          </EmptyState>
        ) : (
          <>
            <SummaryTiles view={view} />
            <div className={classes.cards} data-sets={view.sets.length}>
              <TypesCard view={view} />
              <AgesCard view={view} />
              <CodesCard
                view={view}
                words="conditions"
                chart="most-frequent-conditions"
                type="Condition"
              />
              <CodesCard
                view={view}
                words="medications"
                chart="most-frequent-medications"
                type="MedicationRequest"
              />
              <EncountersCard view={view} className={classes.wide} />
              <ObservationsCard view={view} className={classes.whole} />
            </div>
          </>
        )}
      </div>
    </>
  );
}
