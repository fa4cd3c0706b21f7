"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { ChartTooltip } from "@/components/charts/chart-tooltip";
import { Histogram } from "@/components/charts/histogram";
import { OverlaidBins } from "@/components/charts/overlaid-bins";
import { seriesColor } from "@/components/charts/palette";
import { setTable } from "@/components/charts/set-table";
import { commonBins } from "./common-bins";
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
  const own = useSets("observation-distribution", view, { code, unit: asked });
  const compared = view.sets.length > 1;
  const unit = own.data.map((one) => one.unit).find(Boolean) ?? "";
  // Each alone chooses bins that suit it. Two are laid over each other: on the same ones, in one unit.
  const common = compared
    ? commonBins(own.data.filter((one) => (one.unit ?? "") === unit).map(({ bins }) => bins))
    : null;
  const both = useSets("observation-distribution", view, {
    code,
    unit: unit || asked,
    bins: common ?? undefined,
    enabled: common !== null,
  });
  const { query, data } = common ? both : own;
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
  const shareOf = (at: number, bin: number) => {
    const { bins = [], count = 0 } = data[at] ?? {};
    return count > 0 ? (bins[bin]?.count ?? 0) / count : 0;
  };
  const percent = (share: number) =>
    format.number(share, { style: "percent", maximumFractionDigits: 1 });
  /** The outermost bars count all that lies beyond them. */
  const path = (at: number, bin: number) => {
    const own = data[at]?.bins ?? [];
    const { from, to } = own[bin] ?? { from: 0, to: 0 };
    return dataPath(view.sets[at]?.filter ?? view.filter, {
      type: "Observation",
      code,
      unit,
      value_from: bin === 0 ? null : String(from),
      value_to: bin === own.length - 1 ? null : String(to),
    });
  };
  const summaryOf = (at: number) =>
    t("summary", {
      name,
      count: format.number(data[at]?.count ?? 0),
      mean: number(data[at]?.mean),
      median: number(data[at]?.median),
      low: number(data[at]?.p05),
      high: number(data[at]?.p95),
      unit,
    });
  /** Of each set its figures in words, and both in one picture. */
  const overlay = () => {
    const shown = data.map((one) => one.bins).find((some) => some.length > 0) ?? [];
    return (
      <>
        <dl className={classes.figures}>
          {[...figuresOf(0).map(({ key }) => key), "values" as const].map((key) => (
            <div key={key}>
              <dt>{t(key)}</dt>
              {view.sets.map(({ name: set }, at) => {
                const figure = figuresOf(at).find((one) => one.key === key);
                return (
                  <dd key={set}>
                    <strong>{set}</strong>{" "}
                    {figure ? number(figure.value) : format.number(data[at]?.count ?? 0)}{" "}
                    <small>{figure && figure.value !== null ? unit : ""}</small>
                  </dd>
                );
              })}
            </div>
          ))}
        </dl>
        <OverlaidBins
          summary={view.sets.map(({ name: set }, at) => `${set}: ${summaryOf(at)}`).join(" ")}
          bins={shown}
          shares={[shown.map((_, bin) => shareOf(0, bin)), shown.map((_, bin) => shareOf(1, bin))]}
          middles={data.map(({ median }) => median)}
          tip={(bin) => (
            <ChartTooltip
              heading={t("range", {
                from: number(shown[bin]?.from),
                to: number(shown[bin]?.to),
                unit,
              })}
              lines={view.sets.map(({ name: set, words }, at) => ({
                name: `${set} · ${words}`,
                color: at,
                value: t("share-of", {
                  share: percent(shareOf(at, bin)),
                  count: format.number(data[at]?.bins[bin]?.count ?? 0),
                }),
              }))}
            />
          )}
          axis={t("overlaid")}
          height={232}
        />
      </>
    );
  };
  return (
    <ChartCard
      framed={false}
      order={3}
      title={t("title")}
      sets={cardSets(view, (filter) => dataPath(filter, { type: "Observation", code, unit }))}
      facts={[t("axis", { name, unit: unit || "–" }), ...view.facts]}
      query={query}
      height={300}
      overlaid
      empty={data.length > 0 && bins.length === 0 ? emptyWords(t("empty")) : null}
      table={
        data.length === 0
          ? null
          : compared
            ? setTable({
                labels: [t("from"), t("to")],
                values: [t("count"), t("share")],
                difference: tPage("difference"),
                missing: 0,
                sets: view.sets.map(({ name: set }, at) => ({
                  name: set ?? "",
                  rows: (data[at]?.bins ?? []).map(({ from, to, count }, bin) => ({
                    key: String(from),
                    labels: [number(from), number(to)],
                    values: [
                      { value: count, href: path(at, bin) },
                      Number((shareOf(at, bin) * 100).toPrecision(4)),
                    ],
                  })),
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
        if (compared) return overlay();
        const one = data[at];
        if (!one || one.bins.length === 0)
          return (
            <Text size="sm" c="dimmed">
              {t("empty")}
            </Text>
          );
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
              summary={summaryOf(at)}
              bins={one.bins.map((bin, place) => ({ ...bin, href: path(at, place) }))}
              marks={figures.map(({ key, value, mark }) => ({ name: t(key), value, look: mark }))}
              binLabel={({ from, to, count }) =>
                t("bin", { from: number(from), to: number(to), unit, count })
              }
              axis={one.bins.length > 1 ? t("ends") : unit}
              height={200}
            />
          </>
        );
      }}
    </ChartCard>
  );
}
