"use client";

import { SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { RateChart } from "@/components/charts/rate-chart";
import { useBytes } from "@/components/format/use-bytes";
import { useDuration } from "@/components/format/use-duration";
import { isActive, throughputQuery } from "@/lib/browser/jobs-queries";
import type { JobSummary, Throughput } from "@/lib/contract/job";

const height = 168;

/** Spans in which something came, and how much in all of them. */
function sumsOf({ points }: Throughput) {
  const busy = points.filter(({ records, received_bytes }) => records > 0 || received_bytes > 0);
  const seconds = busy.reduce((sum, point) => sum + point.seconds, 0);
  const records = busy.reduce((sum, point) => sum + point.records, 0);
  const bytes = busy.reduce((sum, point) => sum + point.loaded_bytes, 0);
  return { seconds, perSecond: records / seconds, bytesPerSecond: bytes / seconds };
}

/**
 * Records and bytes a second over the job's life: grows while it loads, stays afterwards. Nothing before
 * the first byte has come. Of jobs that ran before this was recorded it says so, in the place that was kept
 * for it: nobody knows before the answer.
 */
export function JobThroughput({ job }: { job: JobSummary }) {
  const t = useTranslations("jobs.throughput");
  const format = useFormatter();
  const bytes = useBytes();
  const duration = useDuration();
  const query = useQuery(throughputQuery(job));
  const points = query.data?.points ?? [];
  const begun = job.stage !== "kickoff" && job.stage !== "poll" && job.totals.lines > 0;
  if (points.length === 0 && !begun) return null;

  const step = query.data?.step_seconds ?? 1;
  const times = points.map(({ at, seconds }) => Date.parse(at) + seconds * 500);
  const rate = (of: (point: Throughput["points"][number]) => number) =>
    points.map((point) => of(point) / point.seconds);
  const records = rate((point) => point.records);
  const loaded = rate((point) => point.loaded_bytes);
  const received = rate((point) => point.received_bytes);
  const peak = Math.max(0, ...records);
  const { perSecond, bytesPerSecond } = query.data
    ? sumsOf(query.data)
    : sumsOf({ step_seconds: 1, points: [] });
  const whole = (value: number) => format.number(Math.round(value));
  const perSecondOf = (value: number) => t("records-value", { records: Math.round(value) });
  const bytesOf = (value: number) => t("bytes-value", { bytes: bytes(Math.round(value)) });
  const long = times.length > 1 && (times.at(-1) ?? 0) - (times[0] ?? 0) > 20 * 3_600_000;
  const at = (time: number) =>
    format.dateTime(
      new Date(time),
      long
        ? { month: "numeric", day: "numeric", hour: "numeric", minute: "2-digit" }
        : { hour: "numeric", minute: "2-digit", second: step < 60 ? "2-digit" : undefined },
    );
  const heading = (place: number) => {
    const point = points[place];
    return point
      ? t("span", { at: at(Date.parse(point.at)), seconds: duration(point.seconds * 1_000) })
      : "";
  };
  const marks = [
    ...(job.downloaded_at ? [{ at: Date.parse(job.downloaded_at), name: t("downloaded") }] : []),
  ];
  const words = t("source", {
    average: whole(perSecond || 0),
    bytes: bytes(Math.round(bytesPerSecond || 0)),
    peak: whole(peak),
    step: duration(step * 1_000),
  });
  // What is not known yet takes the room that it will need.
  const source = points.length > 0 ? words : <span style={{ visibility: "hidden" }}>{words}</span>;
  const table = {
    columns: [t("column.at"), t("column.seconds"), t("records"), t("loaded"), t("received")],
    rows: points.map((point) => [
      point.at,
      point.seconds,
      point.records,
      point.loaded_bytes,
      point.received_bytes,
    ]),
  };
  const empty = points.length > 0 ? null : t(isActive(job) ? "not-yet" : "not-recorded");
  const common = { times, marks, at, heading, group: `throughput-${job.job_id}`, height };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <ChartCard
        title={t("records-title")}
        sets={[{ name: null, source, words }]}
        query={query}
        empty={empty}
        table={table}
        height={height + 28}
      >
        {() => (
          <RateChart
            {...common}
            summary={t("records-summary", { average: whole(perSecond || 0), peak: whole(peak) })}
            series={[{ name: t("records-legend"), color: 0, values: records }]}
            value={perSecondOf}
            compact={(value) => format.number(value, { notation: "compact" })}
          />
        )}
      </ChartCard>
      <ChartCard
        title={t("bytes-title")}
        sets={[{ name: null, source: t("bytes-source"), words: t("bytes-source") }]}
        query={query}
        empty={empty}
        table={table}
        height={height + 28}
      >
        {() => (
          <RateChart
            {...common}
            summary={t("bytes-summary", { average: bytes(Math.round(bytesPerSecond || 0)) })}
            series={[
              { name: t("loaded-legend"), color: 0, values: loaded },
              { name: t("received-legend"), color: 1, values: received, line: true },
            ]}
            value={bytesOf}
            // A space at which it may not break: a tick is one line.
            compact={(value) => (value === 0 ? "0" : bytes(value).replaceAll(" ", "\u00a0"))}
          />
        )}
      </ChartCard>
    </SimpleGrid>
  );
}
