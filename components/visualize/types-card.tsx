"use client";

import { useFormatter, useTranslations } from "use-intl";
import { BarChart } from "@/components/charts/bar-chart";
import { ChartCard } from "@/components/charts/chart-card";
import { useTypeName } from "@/components/format/use-type-name";
import { useChart } from "@/lib/browser/charts-queries";
import { MoreRows } from "./more-rows";
import { dataPath, type Scope } from "./scope";

const most = 10;

/** How many resources of which type; a bar leads to its rows. */
export function TypesCard({ scope }: { scope: Scope }) {
  const t = useTranslations("visualize");
  const format = useFormatter();
  const nameOf = useTypeName();
  const query = useChart("resources-by-type", scope);
  const types = query.data?.types ?? [];
  const total = types.reduce((sum, { records }) => sum + records, 0);
  return (
    <ChartCard
      title={t("types.title")}
      source={scope.source}
      query={query}
      empty={types.length === 0 ? t("types.empty") : null}
      table={
        query.data
          ? {
              columns: [t("types.type"), t("types.fhir"), t("records")],
              rows: types.map(({ type, records }) => [nameOf(type), type, records]),
            }
          : null
      }
    >
      {(showTable) => (
        <>
          <BarChart
            summary={t("types.summary", {
              types: types.length,
              total: format.number(total),
              top: types
                .slice(0, 3)
                .map(({ type, records }) => `${nameOf(type)} ${format.number(records)}`)
                .join(", "),
            })}
            measures={[t("records")]}
            rowHeight={31}
            rows={types.slice(0, most).map(({ type, records }) => ({
              key: type,
              name: nameOf(type),
              detail: `${type} · ${t("types.share")}: ${format.number(records / total, {
                style: "percent",
                maximumFractionDigits: 1,
              })}`,
              values: [records],
              href: dataPath(scope, { type }),
            }))}
          />
          <MoreRows count={types.length - most} onClick={showTable} />
        </>
      )}
    </ChartCard>
  );
}
