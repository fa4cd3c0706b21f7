"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { StackedBars } from "@/components/charts/stacked-bars";
import { useChart } from "@/lib/browser/charts-queries";
import type { Scope } from "./scope";

/** The palette has eight colours: what is past the seventh class stands together. */
const mostClasses = 7;

/** Encounters by month or year, stacked by class, the most frequent at the bottom. */
export function EncountersCard({ scope, className }: { scope: Scope; className?: string }) {
  const t = useTranslations("visualize.encounters");
  const format = useFormatter();
  const query = useChart("encounters-over-time", scope);
  const unit = query.data?.unit ?? "month";
  const points = query.data?.points ?? [];
  const undated = query.data?.undated ?? 0;
  const nameOf = (key: string) =>
    t.has(`class.${key}` as never) ? t(`class.${key}` as never) : key;
  const sums = (query.data?.classes ?? [])
    .map((key) => ({
      key,
      name: nameOf(key),
      total: points.reduce((sum, { counts }) => sum + (counts[key] ?? 0), 0),
    }))
    .sort((a, b) => b.total - a.total);
  const total = sums.reduce((all, one) => all + one.total, 0);
  const folded = sums.length > mostClasses + 1;
  const named = folded ? sums.slice(0, mostClasses) : sums;
  const rest = sums.slice(named.length);
  const series = [...named, ...(folded ? [{ key: "\u0000rest", name: t("other") }] : [])];
  const drawn = folded
    ? points.map(({ at, counts }) => ({
        at,
        counts: {
          ...Object.fromEntries(named.map(({ key }) => [key, counts[key] ?? 0])),
          "\u0000rest": rest.reduce((sum, { key }) => sum + (counts[key] ?? 0), 0),
        },
      }))
    : points;
  const at = (date: string) =>
    format.dateTime(new Date(`${date}T00:00:00Z`), {
      timeZone: "UTC",
      year: "numeric",
      ...(unit === "month" ? { month: "short" } : {}),
    });
  return (
    <ChartCard
      className={className}
      title={t("title")}
      source={query.data ? `${scope.source} · ${t(`subtitle.${unit}`)}` : scope.source}
      query={query}
      height={360}
      empty={total === 0 ? t("empty") : null}
      table={
        query.data
          ? {
              columns: [t(`at.${unit}`), ...sums.map(({ name }) => name), t("total")],
              rows: points.map((point) => [
                at(point.at),
                ...sums.map(({ key }) => point.counts[key] ?? 0),
                sums.reduce((sum, { key }) => sum + (point.counts[key] ?? 0), 0),
              ]),
            }
          : null
      }
    >
      {() => (
        <>
          <StackedBars
            summary={t("summary", {
              total: format.number(total),
              from: at(points[0]?.at ?? ""),
              to: at(points.at(-1)?.at ?? ""),
              top: sums
                .slice(0, 3)
                .map(({ name, total }) => `${name} ${format.number(total)}`)
                .join(", "),
            })}
            series={series}
            points={drawn}
            at={at}
            total={t("total")}
            height={undated > 0 ? 304 : 328}
          />
          {undated > 0 ? (
            <Text size="xs" c="dimmed" mt={4}>
              {t("undated", { count: undated })}
            </Text>
          ) : null}
        </>
      )}
    </ChartCard>
  );
}
