"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { setTable } from "@/components/charts/set-table";
import { Trend } from "@/components/charts/trend";
import { ChosenLine } from "./chosen-line";
import { periodOf } from "./period";
import { useSets } from "./use-sets";
import { useTimeAxis } from "./use-time-axis";
import { cardSets, dataPath, type View } from "./view";
import { ZoomButton } from "./zoom-button";

/** The median of an observation over time, in the band of the middle half. */
export function TrendChart({
  view,
  name,
  code,
  unit: asked,
}: {
  view: View;
  name: string;
  code: string;
  unit: string | undefined;
}) {
  const t = useTranslations("visualize.observations.trend");
  const tPage = useTranslations("visualize");
  const format = useFormatter();
  const time = useTimeAxis(view);
  const { query, data } = useSets("observation-trend", view, { code, unit: asked }, time.asked);
  const number = (value: number) => format.number(value, { maximumFractionDigits: 2 });
  const all = data.flatMap(({ points }) => points);
  const steps = data.map(({ points }) =>
    // Points a year apart are years; a month among them would be noise.
    points.every(({ at }) => at.endsWith("-01-01")) && points.length > 1 ? "year" : "month",
  );
  const unitOf = (at: number) => data[at]?.unit ?? "";
  return (
    <ChartCard
      framed={false}
      order={3}
      title={t("title")}
      sets={cardSets(view, (filter) =>
        dataPath(filter, { ...time.asked, type: "Observation", code, unit: unitOf(0) }),
      )}
      facts={[`${name}, ${unitOf(0)}`, ...view.facts]}
      note={time.shown}
      controls={<ZoomButton view={view} />}
      query={query}
      height={300}
      empty={data.length > 0 && all.length === 0 ? t("empty") : null}
      table={
        data.length > 0
          ? setTable({
              labels: [t("at")],
              values: [t("median"), t("p25"), t("p75"), t("count")],
              difference: tPage("difference"),
              missing: null,
              sets: view.sets.map(({ name: set, filter }, at) => ({
                name: set ?? "",
                rows: (data[at]?.points ?? []).map((point) => ({
                  key: point.at,
                  labels: [time.at(point.at, steps[at] ?? "month")],
                  values: [
                    point.median,
                    point.p25,
                    point.p75,
                    {
                      value: point.count,
                      href: dataPath(filter, {
                        type: "Observation",
                        code,
                        unit: unitOf(at),
                        ...periodOf(point.at, point.at, steps[at] ?? "month"),
                      }),
                    },
                  ],
                })),
              })),
            })
          : null
      }
    >
      {(index) => {
        const points = data[index]?.points ?? [];
        const step = steps[index] ?? "month";
        const [first, last] = [points[0], points.at(-1)];
        const unit = unitOf(index);
        const at = (date: string) => time.at(date, step);
        if (!first || !last)
          return (
            <Text size="sm" c="dimmed">
              {t("empty")}
            </Text>
          );
        const chosen = points
          .filter((point) => time.chosen(point.at, step))
          .reduce((sum, { count }) => sum + count, 0);
        return (
          <>
            <Trend
              summary={t("summary", {
                name,
                first: number(first.median),
                from: at(first.at),
                last: number(last.median),
                to: at(last.at),
                unit: unit || "–",
              })}
              label={t("pick")}
              points={points}
              unit={unit}
              at={at}
              range={[
                Math.min(...all.map(({ p25 }) => p25)),
                Math.max(...all.map(({ p75 }) => p75)),
              ]}
              words={{
                median: t("median"),
                band: t("band"),
                p25: t("p25"),
                p75: t("p75"),
                count: t("count"),
              }}
              height={244}
              filtered={time.filtered}
              chosen={(date) => time.chosen(date, step)}
              onPick={(from, to) => time.pick(from, to, step)}
            />
            {time.filtered ? (
              <ChosenLine
                words={t("chosen", {
                  count: format.number(chosen),
                  total: format.number(points.reduce((sum, { count }) => sum + count, 0)),
                })}
                href={dataPath(view.sets[index]?.filter ?? view.filter, {
                  type: "Observation",
                  code,
                  unit,
                })}
                onClear={() => view.set({ from: null, to: null })}
              />
            ) : null}
          </>
        );
      }}
    </ChartCard>
  );
}
