"use client";

import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { Histogram } from "@/components/charts/histogram";
import { seriesColor } from "@/components/charts/palette";
import { useChart } from "@/lib/browser/charts-queries";
import type { Scope } from "./scope";
import classes from "./visualize.module.css";

/** How often which values of an observation occur, with the figures that describe them. */
export function DistributionChart({
  scope,
  name,
  code,
  unit: asked,
}: {
  scope: Scope;
  name: string;
  code: string;
  unit: string | undefined;
}) {
  const t = useTranslations("visualize.observations.distribution");
  const format = useFormatter();
  const query = useChart("observation-distribution", scope, { code, unit: asked });
  const data = query.data;
  const unit = data?.unit ?? "";
  const number = (value: number | null | undefined) =>
    value === null || value === undefined
      ? "–"
      : format.number(value, { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1 });
  const figures = [
    { key: "median", value: data?.median, mark: "strong" },
    { key: "mean", value: data?.mean, mark: "dashed" },
    { key: "p05", value: data?.p05, mark: "dotted" },
    { key: "p95", value: data?.p95, mark: "dotted" },
  ] as const;
  return (
    <ChartCard
      framed={false}
      order={3}
      title={t("title")}
      source={t("axis", { name, unit: unit || "–" })}
      query={query}
      height={300}
      empty={data && data.bins.length === 0 ? t("empty") : null}
      table={
        data
          ? {
              columns: [t("from"), t("to"), t("count")],
              rows: data.bins.map(({ from, to, count }) => [from, to, count]),
            }
          : null
      }
    >
      {() =>
        data ? (
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
                <dd>{format.number(data.count)}</dd>
              </div>
            </dl>
            <Histogram
              summary={t("summary", {
                name,
                count: format.number(data.count),
                mean: number(data.mean),
                median: number(data.median),
                low: number(data.p05),
                high: number(data.p95),
                unit,
              })}
              bins={data.bins}
              marks={figures.map(({ key, value, mark }) => ({
                name: t(key),
                value: value ?? null,
                look: mark,
              }))}
              binLabel={({ from, to, count }) =>
                t("bin", { from: number(from), to: number(to), unit, count })
              }
              axis={data.bins.length > 1 ? t("ends") : unit}
              height={200}
            />
          </>
        ) : null
      }
    </ChartCard>
  );
}
