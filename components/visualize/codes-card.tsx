"use client";

import { useFormatter, useTranslations } from "use-intl";
import { BarChart } from "@/components/charts/bar-chart";
import { ChartCard } from "@/components/charts/chart-card";
import { setTable } from "@/components/charts/set-table";
import { codeSystemName } from "@/components/format/code-system-name";
import type { ChartFilter } from "@/lib/browser/chart-filter";
import type { ChartData } from "@/lib/contract/chart";
import { MoreRows } from "./more-rows";
import { useEmptyWords } from "./use-empty-words";
import { useSets } from "./use-sets";
import { cardSets, dataPath, type View } from "./view";

const most = 10;

type Code = ChartData<"most-frequent-conditions">["codes"][number];

const keyOf = ({ code_system, code, display }: Code) =>
  code === null ? ` ${display}` : `${code_system} ${code}`;

/** The most frequent codes of one type: how many patients have it, how many records say so. */
export function CodesCard({
  view,
  words,
  chart,
  type,
}: {
  view: View;
  words: "conditions" | "medications";
  chart: "most-frequent-conditions" | "most-frequent-medications";
  type: string;
}) {
  const t = useTranslations("visualize");
  const format = useFormatter();
  const emptyWords = useEmptyWords(view);
  const { query, data } = useSets(chart, view);
  const found = data.map(({ codes }) => new Map(codes.map((code) => [keyOf(code), code])));
  const largest = (key: string) => Math.max(...found.map((of) => of.get(key)?.records ?? 0));
  const codes = [...new Map(found.flatMap((of) => [...of])).entries()]
    .map(([key, code]) => ({ key, code }))
    .sort((a, b) => largest(b.key) - largest(a.key));
  const shown = codes.slice(0, most);
  const distinct = Math.max(0, ...data.map((one) => one.distinct));
  // A code that is not among the most frequent of a set may still be in it.
  const all = data.every((one) => one.distinct <= one.codes.length);
  const path = (filter: ChartFilter, { code_system, code, display }: Code) =>
    dataPath(
      filter,
      code === null ? { type, display } : { type, code, code_system: code_system ?? "" },
    );
  return (
    <ChartCard
      title={t(`${words}.title`)}
      sets={cardSets(view, (filter) => dataPath(filter, { type }))}
      facts={view.facts}
      note={
        distinct > shown.length
          ? t("top-of", { shown: format.number(shown.length), total: format.number(distinct) })
          : null
      }
      query={query}
      height={360}
      empty={data.length > 0 && codes.length === 0 ? emptyWords(t(`${words}.empty`)) : null}
      table={
        data.length > 0
          ? setTable({
              labels: [t("name"), t("code"), t("system")],
              values: [t("patients"), t("records")],
              difference: t("difference"),
              missing: all ? 0 : null,
              sets: view.sets.map(({ name, filter }, at) => ({
                name: name ?? "",
                rows: codes.flatMap(({ key }) => {
                  const code = found[at]?.get(key);
                  return code
                    ? [
                        {
                          key,
                          labels: [code.display, code.code, code.code_system],
                          values: [
                            code.patients,
                            { value: code.records, href: path(filter, code) },
                          ],
                        },
                      ]
                    : [];
                }),
              })),
            })
          : null
      }
    >
      {(at, showTable) => (
        <>
          <BarChart
            summary={t(`${words}.summary`, {
              distinct: format.number(data[at]?.distinct ?? 0),
              top: (data[at]?.codes ?? [])
                .slice(0, 3)
                .map(({ display, patients }) => `${display} ${format.number(patients)}`)
                .join(", "),
            })}
            measures={[t("patients"), t("records")]}
            rowHeight={31}
            longNames
            longest={Math.max(0, ...shown.map(({ key }) => largest(key)))}
            rows={shown.map(({ key, code }) => {
              const own = found[at]?.get(key);
              const none = all ? 0 : null;
              return {
                key,
                name: code.display,
                detail: [code.code_system && codeSystemName(code.code_system), code.code]
                  .filter(Boolean)
                  .join(" · "),
                values: [own?.patients ?? none, own?.records ?? none],
                href: path(view.sets[at]?.filter ?? view.filter, code),
              };
            })}
          />
          <MoreRows count={codes.length - most} onClick={showTable} />
        </>
      )}
    </ChartCard>
  );
}
