"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { Histogram } from "@/components/charts/histogram";
import { seriesColor } from "@/components/charts/palette";
import { setTable } from "@/components/charts/set-table";
import { useEmptyWords } from "./use-empty-words";
import { useSets } from "./use-sets";
import { cardSets, dataPath, type View } from "./view";
import classes from "./visualize.module.css";

/** How often which values of an observation occur, with the figures that describe them. */
export function DistributionChart({
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
  const t = useTranslations("visualize.observations.distribution");
  const tPage = useTranslations("visualize");
  const format = useFormatter();
  const emptyWords = useEmptyWords(view);
  const { query, data } = useSets("observation-distribution", view, { code, unit: asked });
  const unitOf = (at: number) => data[at]?.unit ?? "";
  const number = (value: number | null | undefined) =>
    value === null || value === undefined
      ? "–"
      : format.number(value, { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1 });
  const figuresOf = (at: number) =>
    [
      { key: "median", value: data[at]?.median ?? null, mark: "strong" },
      { key: "mean", value: data[at]?.mean ?? null, mark: "dashed" },
      { key: "p05", value: data[at]?.p05 ?? null, mark: "dotted" },
      { key: "p95", value: data[at]?.p95 ?? null, mark: "dotted" },
    ] as const;
  const bins = data.flatMap((one) => one.bins);
  const compared = view.sets.length > 1;
  /** The outermost bars count all that lies beyond them. */
  const path = (at: number, bin: number) => {
    const own = data[at]?.bins ?? [];
    const { from, to } = own[bin] ?? { from: 0, to: 0 };
    return dataPath(view.sets[at]?.filter ?? view.filter, {
      type: "Observation",
      code,
      unit: unitOf(at),
      value_from: bin === 0 ? null : String(from),
      value_to: bin === own.length - 1 ? null : String(to),
    });
  };
  return (
    <ChartCard
      framed={false}
      order={3}
      title={t("title")}
      sets={cardSets(view, (filter) =>
        dataPath(filter, { type: "Observation", code, unit: unitOf(0) }),
      )}
      facts={[t("axis", { name, unit: unitOf(0) || "–" }), ...view.facts]}
      query={query}
      height={300}
      empty={data.length > 0 && bins.length === 0 ? emptyWords(t("empty")) : null}
      table={
        data.length === 0
          ? null
          : compared
            ? // Each set has bars of its own; what can be compared are the figures.
              setTable({
                labels: [t("figure")],
                values: [unitOf(0) || t("value")],
                difference: tPage("difference"),
                missing: null,
                sets: view.sets.map(({ name: set }, at) => ({
                  name: set ?? "",
                  rows: [
                    { key: "count", labels: [t("values")], values: [data[at]?.count ?? null] },
                    ...figuresOf(at).map(({ key, value }) => ({
                      key,
                      labels: [t(key)],
                      values: [value],
                    })),
                  ],
                })),
              })
            : {
                columns: [t("from"), t("to"), t("count")],
                rows: (data[0]?.bins ?? []).map(({ from, to, count }, bin) => [
                  from,
                  to,
                  { value: count, href: path(0, bin) },
                ]),
              }
      }
    >
      {(at) => {
        const one = data[at];
        if (!one || one.bins.length === 0)
          return (
            <Text size="sm" c="dimmed">
              {t("empty")}
            </Text>
          );
        const unit = unitOf(at);
        const figures = figuresOf(at);
        return (
          <>
            <dl className={classes.figures}>
              {figures.map(({ key, value, mark }) => (
                <div key={key}>
                  <dt>
                    <span
                      className={classes.figureMark}
                      data-mark={mark}
                      style={mark === "strong" ? { color: seriesColor(1) } : undefined}
                      aria-hidden
                    />
                    {t(key)}
                  </dt>
                  <dd>
                    {number(value)} <small>{unit}</small>
                  </dd>
                </div>
              ))}
              <div>
                <dt>{t("values")}</dt>
                <dd>{format.number(one.count)}</dd>
              </div>
            </dl>
            <Histogram
              summary={t("summary", {
                name,
                count: format.number(one.count),
                mean: number(one.mean),
                median: number(one.median),
                low: number(one.p05),
                high: number(one.p95),
                unit,
              })}
              bins={one.bins.map((bin, place) => ({ ...bin, href: path(at, place) }))}
              marks={figures.map(({ key, value, mark }) => ({ name: t(key), value, look: mark }))}
              binLabel={({ from, to, count }) =>
                t("bin", { from: number(from), to: number(to), unit, count })
              }
              axis={one.bins.length > 1 ? t("ends") : unit}
              ends={[
                Math.min(...bins.map(({ from }) => from)),
                Math.max(...bins.map(({ to }) => to)),
              ]}
              highest={Math.max(...bins.map(({ count }) => count))}
              height={200}
            />
          </>
        );
      }}
    </ChartCard>
  );
}
