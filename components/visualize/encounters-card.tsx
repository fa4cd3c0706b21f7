"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { setTable } from "@/components/charts/set-table";
import { StackedBars } from "@/components/charts/stacked-bars";
import { ChosenLine } from "./chosen-line";
import { periodOf } from "./period";
import { useEmptyWords } from "./use-empty-words";
import { useSets } from "./use-sets";
import { useTimeAxis } from "./use-time-axis";
import { cardSets, dataPath, type View } from "./view";
import { ZoomButton } from "./zoom-button";

/** The palette has eight colours: what is past the seventh class stands together. */
const mostClasses = 7;
const rest = "\u0000rest";
/** What the server counts together of rare classes, beside those that have this code. */
const other = "other";

const sumOf = (counts: Record<string, number>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

/** Encounters by month or year, stacked by class, the most frequent at the bottom. */
export function EncountersCard({ view, className }: { view: View; className?: string }) {
  const t = useTranslations("visualize.encounters");
  const tPage = useTranslations("visualize");
  const format = useFormatter();
  const emptyWords = useEmptyWords(view);
  const time = useTimeAxis(view);
  const { query, data } = useSets("encounters-over-time", view, {}, time.asked);
  // Two sets on one axis: months only where both are by month.
  const unit = data.some((one) => one.unit === "year") ? "year" : "month";
  const at = (date: string) => time.at(date, unit);
  const nameOf = (key: string) =>
    key === rest ? t("other") : t.has(`class.${key}` as never) ? t(`class.${key}` as never) : key;

  // A class that one set counts by itself and the other among its rare ones cannot be compared.
  const told = (name: string) =>
    data.every(({ classes }) => classes.includes(name) || !classes.includes(other));
  const byPoint = data.map(({ points }) => {
    const found = new Map<string, Record<string, number>>();
    for (const point of points) {
      const key = unit === "year" ? `${point.at.slice(0, 4)}-01-01` : point.at;
      const counts = { ...found.get(key) };
      for (const [name, count] of Object.entries(point.counts)) {
        const own = told(name) ? name : other;
        counts[own] = (counts[own] ?? 0) + count;
      }
      found.set(key, counts);
    }
    return found;
  });
  const dates = [...new Set(byPoint.flatMap((of) => [...of.keys()]))].sort();
  const totals = new Map<string, number>();
  for (const of of byPoint)
    for (const counts of of.values())
      for (const [name, count] of Object.entries(counts))
        totals.set(name, (totals.get(name) ?? 0) + count);
  const ranked = [...totals.keys()].sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0));
  const named = ranked.length > mostClasses + 1 ? ranked.slice(0, mostClasses) : ranked;
  const folded = ranked.slice(named.length);
  const series = [...named, ...(folded.length > 0 ? [rest] : [])].map((key, color) => ({
    key,
    name: nameOf(key),
    color,
  }));
  const pointsOf = (index: number) =>
    dates.map((date) => {
      const counts = byPoint[index]?.get(date) ?? {};
      const kept = Object.fromEntries(named.map((key) => [key, counts[key] ?? 0]));
      return {
        at: date,
        counts:
          folded.length > 0
            ? { ...kept, [rest]: folded.reduce((sum, key) => sum + (counts[key] ?? 0), 0) }
            : kept,
      };
    });
  const drawn = data.map((_, index) => pointsOf(index));
  const total = [...totals.values()].reduce((all, count) => all + count, 0);
  const compared = view.sets.length > 1;

  return (
    <ChartCard
      className={className}
      title={t("title")}
      sets={cardSets(view, (filter) => dataPath(filter, { ...time.asked, type: "Encounter" }))}
      facts={view.facts}
      note={
        data.length > 0 ? [t(`subtitle.${unit}`), time.shown].filter(Boolean).join(" · ") : null
      }
      controls={<ZoomButton view={view} />}
      query={query}
      height={360}
      empty={data.length > 0 && total === 0 ? emptyWords(t("empty")) : null}
      table={
        data.length > 0
          ? setTable({
              labels: compared ? [t(`at.${unit}`), t("class-name")] : [t(`at.${unit}`)],
              values: compared ? [t("count")] : [...ranked.map(nameOf), t("total")],
              difference: tPage("difference"),
              missing: 0,
              sets: view.sets.map(({ name, filter }, index) => ({
                name: name ?? "",
                rows: dates.flatMap((date) => {
                  const counts = byPoint[index]?.get(date) ?? {};
                  const path = (of: string | null) =>
                    dataPath(filter, {
                      type: "Encounter",
                      ...periodOf(date, date, unit),
                      class: of === other ? null : of,
                      class_not:
                        of === other ? ranked.filter((key) => key !== other).join(",") : null,
                    });
                  const cell = (key: string) => ({ value: counts[key] ?? 0, href: path(key) });
                  const sum = { value: sumOf(counts), href: path(null) };
                  return compared
                    ? ranked
                        .filter((key) => byPoint.some((of) => of.get(date)?.[key]))
                        .map((key) => ({
                          key: `${date} ${key}`,
                          labels: [at(date), nameOf(key)],
                          values: [cell(key)],
                        }))
                    : [{ key: date, labels: [at(date)], values: [...ranked.map(cell), sum] }];
                }),
              })),
            })
          : null
      }
    >
      {(index) => {
        const points = drawn[index] ?? [];
        const undated = data[index]?.undated ?? 0;
        const chosen = points
          .filter((point) => time.chosen(point.at, unit))
          .reduce((all, { counts }) => all + sumOf(counts), 0);
        const all = points.reduce((sum, { counts }) => sum + sumOf(counts), 0);
        return (
          <>
            <StackedBars
              summary={t("summary", {
                total: format.number(all),
                from: at(dates[0] ?? "1970-01-01"),
                to: at(dates.at(-1) ?? "1970-01-01"),
                top: ranked
                  .slice(0, 3)
                  .map(
                    (key) =>
                      `${nameOf(key)} ${format.number(
                        points.reduce(
                          (sum, point) => sum + (byPoint[index]?.get(point.at)?.[key] ?? 0),
                          0,
                        ),
                      )}`,
                  )
                  .join(", "),
              })}
              label={t("pick")}
              series={series}
              points={points}
              at={at}
              total={t("total")}
              highest={Math.max(0, ...drawn.flat().map(({ counts }) => sumOf(counts)))}
              height={300}
              filtered={time.filtered}
              chosen={(date) => time.chosen(date, unit)}
              onPick={(from, to) => time.pick(from, to, unit)}
            />
            {time.filtered ? (
              <ChosenLine
                words={t("chosen", { count: format.number(chosen), total: format.number(all) })}
                href={dataPath(view.sets[index]?.filter ?? view.filter, { type: "Encounter" })}
                onClear={() => view.set({ from: null, to: null })}
              />
            ) : (
              <Text size="xs" c="dimmed" mt="xs" data-picture={undated > 0 ? undefined : "no"}>
                {undated > 0 ? t("undated", { count: undated }) : t("pick-hint")}
              </Text>
            )}
          </>
        );
      }}
    </ChartCard>
  );
}
