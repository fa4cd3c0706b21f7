"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { BarChart } from "@/components/charts/bar-chart";
import { ChartCard } from "@/components/charts/chart-card";
import { setTable } from "@/components/charts/set-table";
import { useTypeName } from "@/components/format/use-type-name";
import { MoreRows } from "./more-rows";
import { useEmptyWords } from "./use-empty-words";
import { useSets } from "./use-sets";
import { cardSets, dataPath, type View } from "./view";

const most = 10;

/** How many resources of which type; a bar leads to its rows. */
export function TypesCard({ view }: { view: View }) {
  const t = useTranslations("visualize");
  const format = useFormatter();
  const nameOf = useTypeName();
  const emptyWords = useEmptyWords(view);
  const { query, data } = useSets("resources-by-type", view);
  const totals = data.map(({ types }) => types.reduce((sum, { records }) => sum + records, 0));
  // Both sets show the same types in the same order, so that the eye can compare.
  const counts = data.map(({ types }) => new Map(types.map((one) => [one.type, one.records])));
  /** What the filters could not judge, in words. */
  const leftOut = (at: number) => {
    const { undated = 0, without_patient = 0 } = data[at]?.left_out ?? {};
    const reasons = [
      undated > 0 ? t("left-out-undated", { count: format.number(undated) }) : null,
      without_patient > 0 ? t("left-out-patient", { count: format.number(without_patient) }) : null,
    ].filter((reason) => reason !== null);
    return reasons.length > 0
      ? t("left-out", { count: undated + without_patient, reasons: format.list(reasons) })
      : null;
  };
  const largest = (type: string) => Math.max(...counts.map((of) => of.get(type) ?? 0));
  const types = [...new Set(counts.flatMap((of) => [...of.keys()]))]
    .filter(largest)
    .sort((a, b) => largest(b) - largest(a) || a.localeCompare(b, "en"));
  return (
    <ChartCard
      title={t("types.title")}
      sets={cardSets(view, (filter) => dataPath(filter, {}))}
      facts={view.facts}
      query={query}
      height={328}
      empty={data.length > 0 && types.length === 0 ? emptyWords(t("types.empty")) : null}
      table={
        data.length > 0
          ? setTable({
              labels: [t("types.type"), t("types.fhir")],
              values: [t("records")],
              difference: t("difference"),
              missing: 0,
              sets: view.sets.map(({ name, filter }, at) => ({
                name: name ?? "",
                rows: types.flatMap((type) => {
                  const records = counts[at]?.get(type);
                  return records === undefined
                    ? []
                    : [
                        {
                          key: type,
                          labels: [nameOf(type), type],
                          values: [{ value: records, href: dataPath(filter, { type }) }],
                        },
                      ];
                }),
              })),
            })
          : null
      }
    >
      {(at, showTable) => {
        const filter = view.sets[at]?.filter ?? view.filter;
        const total = totals[at] ?? 0;
        return (
          <>
            <BarChart
              summary={t("types.summary", {
                types: counts[at]?.size ?? 0,
                total: format.number(total),
                top: (data[at]?.types ?? [])
                  .slice(0, 3)
                  .map(({ type, records }) => `${nameOf(type)} ${format.number(records)}`)
                  .join(", "),
              })}
              measures={[t("records")]}
              // A few types fill the card as many do.
              rowHeight={Math.min(48, Math.max(31, 310 / Math.max(1, types.length)))}
              longest={Math.max(0, ...types.map(largest))}
              rows={types.slice(0, most).map((type) => {
                const records = counts[at]?.get(type) ?? 0;
                return {
                  key: type,
                  name: nameOf(type),
                  detail: `${type} · ${t("types.share")}: ${format.number(
                    total > 0 ? records / total : 0,
                    { style: "percent", maximumFractionDigits: 1 },
                  )}`,
                  values: [records],
                  href: dataPath(filter, { type }),
                };
              })}
            />
            <MoreRows count={types.length - most} onClick={showTable} />
            {leftOut(at) ? (
              <Text size="xs" c="dimmed" mt="xs">
                {leftOut(at)}
              </Text>
            ) : null}
          </>
        );
      }}
    </ChartCard>
  );
}
