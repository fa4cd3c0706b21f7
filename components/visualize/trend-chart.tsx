"use client";

import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { Trend } from "@/components/charts/trend";
import { useChart } from "@/lib/browser/charts-queries";
import type { Scope } from "./scope";

/** The median of an observation over time, in the band of the middle half. */
export function TrendChart({
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
  const t = useTranslations("visualize.observations.trend");
  const format = useFormatter();
  const query = useChart("observation-trend", scope, { code, unit: asked });
  const points = query.data?.points ?? [];
  const unit = query.data?.unit ?? "";
  const first = points[0];
  const last = points.at(-1);
  const number = (value: number) => format.number(value, { maximumFractionDigits: 2 });
  // Points a year apart are years; a month among them would be noise.
  const yearly = points.every(({ at }) => at.endsWith("-01-01"));
  const at = (date: string) =>
    format.dateTime(new Date(`${date}T00:00:00Z`), {
      timeZone: "UTC",
      year: "numeric",
      ...(yearly ? {} : { month: "short" }),
    });
  return (
    <ChartCard
      framed={false}
      order={3}
      title={t("title")}
      source={unit ? `${name}, ${unit}` : name}
      query={query}
      height={300}
      empty={query.data && points.length === 0 ? t("empty") : null}
      table={
        query.data
          ? {
              columns: [t("at"), t("median"), t("p25"), t("p75"), t("count")],
              rows: points.map((point) => [
                at(point.at),
                point.median,
                point.p25,
                point.p75,
                point.count,
              ]),
            }
          : null
      }
    >
      {() =>
        first && last ? (
          <Trend
            summary={t("summary", {
              name,
              first: number(first.median),
              from: at(first.at),
              last: number(last.median),
              to: at(last.at),
              unit: unit || "–",
            })}
            points={points}
            unit={unit}
            at={at}
            words={{
              median: t("median"),
              band: t("band"),
              p25: t("p25"),
              p75: t("p75"),
              count: t("count"),
            }}
            height={272}
          />
        ) : null
      }
    </ChartCard>
  );
}
