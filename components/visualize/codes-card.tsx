"use client";

import { useFormatter, useTranslations } from "use-intl";
import { BarChart } from "@/components/charts/bar-chart";
import { ChartCard } from "@/components/charts/chart-card";
import { codeSystemName } from "@/components/format/code-system-name";
import { useChart } from "@/lib/browser/charts-queries";
import { MoreRows } from "./more-rows";
import { dataPath, type Scope } from "./scope";

const most = 10;

/** The most frequent codes of one type: how many patients have it, how many records say so. */
export function CodesCard({
  scope,
  words,
  chart,
  type,
}: {
  scope: Scope;
  words: "conditions" | "medications";
  chart: "most-frequent-conditions" | "most-frequent-medications";
  type: string;
}) {
  const t = useTranslations("visualize");
  const format = useFormatter();
  const query = useChart(chart, scope);
  const codes = query.data?.codes ?? [];
  const distinct = query.data?.distinct ?? 0;
  const shown = codes.slice(0, most);
  return (
    <ChartCard
      title={t(`${words}.title`)}
      source={
        distinct > shown.length
          ? `${scope.source} · ${t("top-of", {
              shown: format.number(shown.length),
              total: format.number(distinct),
            })}`
          : scope.source
      }
      query={query}
      height={360}
      empty={codes.length === 0 ? t(`${words}.empty`) : null}
      table={
        query.data
          ? {
              columns: [t("name"), t("patients"), t("records"), t("code"), t("system")],
              rows: codes.map((code) => [
                code.display,
                code.patients,
                code.records,
                code.code,
                code.code_system,
              ]),
            }
          : null
      }
    >
      {(showTable) => (
        <>
          <BarChart
            summary={t(`${words}.summary`, {
              distinct: format.number(distinct),
              top: shown
                .slice(0, 3)
                .map(({ display, patients }) => `${display} ${format.number(patients)}`)
                .join(", "),
            })}
            measures={[t("patients"), t("records")]}
            rowHeight={31}
            longNames
            rows={shown.map((code) => ({
              key: `${code.code_system} ${code.code} ${code.display}`,
              name: code.display,
              detail: [code.code_system && codeSystemName(code.code_system), code.code]
                .filter(Boolean)
                .join(" · "),
              values: [code.patients, code.records],
              href: dataPath(scope, { type, q: code.display }),
            }))}
          />
          <MoreRows count={codes.length - most} onClick={showTable} />
        </>
      )}
    </ChartCard>
  );
}
