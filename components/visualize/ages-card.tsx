"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { Pyramid } from "@/components/charts/pyramid";
import { useChart } from "@/lib/browser/charts-queries";
import type { Scope } from "./scope";

const sexes = ["female", "male", "other", "unknown"] as const;

/** Who the patients are: ten-year bands, women and men back to back. */
export function AgesCard({ scope }: { scope: Scope }) {
  const t = useTranslations("visualize.ages");
  const format = useFormatter();
  const query = useChart("patients-by-age-and-sex", scope);
  const bands = (query.data?.bands ?? []).map((band) => ({
    band: band.band,
    name: band.band === "unknown" ? t("unknown-band") : band.band,
    values: sexes.map((sex) => band[sex]),
    total: sexes.reduce((sum, sex) => sum + band[sex], 0),
  }));
  // Oldest on top. Empty bands at the old end say nothing; those in between do.
  const aged = bands.filter(({ band }) => band !== "unknown");
  const shown = [
    ...aged.slice(0, aged.findLastIndex(({ total }) => total > 0) + 1).toReversed(),
    ...bands.filter(({ band, total }) => band === "unknown" && total > 0),
  ];
  const sum = (at: number) => bands.reduce((all, { values }) => all + (values[at] ?? 0), 0);
  const total = bands.reduce((all, band) => all + band.total, 0);
  const largest = bands.toSorted((a, b) => b.total - a.total)[0];
  return (
    <ChartCard
      title={t("title")}
      source={scope.source}
      query={query}
      empty={total === 0 ? t("empty") : null}
      table={
        query.data
          ? {
              columns: [t("band"), ...sexes.map((sex) => t(sex)), t("total")],
              rows: shown.map((band) => [band.name, ...band.values, band.total]),
            }
          : null
      }
    >
      {() => (
        <>
          <Pyramid
            summary={t("summary", {
              total: format.number(total),
              female: format.number(sum(0)),
              male: format.number(sum(1)),
              rest: format.number(sum(2) + sum(3)),
              band: largest?.name ?? "–",
            })}
            series={sexes.map((key) => ({ key, name: t(key) }))}
            bands={shown}
            barLabel={(band, sex, count) => t("bar", { band, sex, count: format.number(count) })}
          />
          <Text size="xs" c="dimmed" mt="xs">
            {t("note")}
          </Text>
        </>
      )}
    </ChartCard>
  );
}
