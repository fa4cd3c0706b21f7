"use client";

import { Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { Pyramid } from "@/components/charts/pyramid";
import { setTable } from "@/components/charts/set-table";
import { type Sex, sexes } from "@/lib/browser/chart-filter";
import { ChosenLine } from "./chosen-line";
import { useSets } from "./use-sets";
import { cardSets, dataPath, type View } from "./view";

const everyone: { sex: Sex[]; age: string[] } = { sex: [], age: [] };

/**
 * Who the patients are: ten-year bands, women and men back to back. It filters the page by age and
 * sex and so shows all of both, what is chosen in full colour.
 */
export function AgesCard({ view }: { view: View }) {
  const t = useTranslations("visualize.ages");
  const tPage = useTranslations("visualize");
  const format = useFormatter();
  const { filter, set } = view;
  const { query, data } = useSets("patients-by-age-and-sex", view, {}, everyone);
  const filtered = filter.sex.length > 0 || filter.age.length > 0;
  const within = (band: string, sex: Sex) =>
    (filter.age.length === 0 || filter.age.includes(band)) &&
    (filter.sex.length === 0 || filter.sex.includes(sex));

  const parts = data.map(({ bands }) =>
    bands.map((band) => ({
      // "40–49" on the axis, 40-49 where it is asked for.
      key: band.band.replace("–", "-"),
      name: band.band === "unknown" ? t("unknown-band") : band.band,
      values: sexes.map((sex) => band[sex]),
      total: sexes.reduce((sum, sex) => sum + band[sex], 0),
    })),
  );
  const totalOf = (key: string) =>
    Math.max(...parts.map((bands) => bands.find((band) => band.key === key)?.total ?? 0));
  // Oldest on top. Empty bands at the old end say nothing; those in between do.
  const keys = (parts[0] ?? []).map(({ key }) => key);
  const aged = keys.filter((key) => key !== "unknown");
  const shown = [
    ...aged.slice(0, aged.findLastIndex((key) => totalOf(key) > 0) + 1).toReversed(),
    ...keys.filter((key) => key === "unknown" && totalOf(key) > 0),
  ];
  const bandsOf = (at: number) =>
    shown.flatMap((key) => parts[at]?.find((band) => band.key === key) ?? []);
  const patients = parts.map((bands) => bands.reduce((sum, { total }) => sum + total, 0));
  const toggle = (list: string[], value: string) =>
    list.includes(value) ? list.filter((one) => one !== value) : [...list, value];

  return (
    <ChartCard
      title={t("title")}
      sets={cardSets(view, (of) => dataPath(of, { type: "Patient" }))}
      facts={view.facts}
      query={query}
      height={328}
      empty={data.length > 0 && patients.every((count) => count === 0) ? t("empty") : null}
      table={
        data.length > 0
          ? setTable({
              labels: [t("band")],
              values: [...sexes.map((sex) => t(sex)), t("total")],
              difference: tPage("difference"),
              missing: 0,
              sets: view.sets.map(({ name, filter: own }, at) => ({
                name: name ?? "",
                rows: bandsOf(at).map((band) => {
                  const path = (sex: string | null) =>
                    dataPath({ ...own, ...everyone }, { type: "Patient", age: band.key, sex });
                  return {
                    key: band.key,
                    labels: [band.name],
                    values: [
                      ...sexes.map((sex, index) => ({
                        value: band.values[index] ?? 0,
                        href: path(sex),
                      })),
                      { value: band.total, href: path(null) },
                    ],
                  };
                }),
              })),
            })
          : null
      }
    >
      {(at) => {
        const bands = bandsOf(at);
        const sum = (index: number) =>
          bands.reduce((all, { values }) => all + (values[index] ?? 0), 0);
        const largest = bands.toSorted((a, b) => b.total - a.total)[0];
        const chosen = bands.reduce(
          (all, band) =>
            all +
            sexes.reduce(
              (of, sex, index) => of + (within(band.key, sex) ? (band.values[index] ?? 0) : 0),
              0,
            ),
          0,
        );
        return (
          <>
            <Pyramid
              summary={t("summary", {
                total: format.number(patients[at] ?? 0),
                female: format.number(sum(0)),
                male: format.number(sum(1)),
                rest: format.number(sum(2) + sum(3)),
                band: largest?.name ?? "–",
              })}
              series={sexes.map((key) => ({
                key,
                name: t(key),
                chosen: filter.sex.includes(key),
              }))}
              bands={bands.map((band) => ({
                ...band,
                chosen: sexes.map((sex) => filtered && within(band.key, sex)),
              }))}
              longest={Math.max(0, ...parts.flat().flatMap(({ values }) => values))}
              further={parts.flat().some(({ values }) => values.slice(2).some(Boolean))}
              barLabel={(band, sex, count) => t("bar", { band, sex, count: format.number(count) })}
              bandLabel={(band) => t("band-label", { band })}
              onBar={(band, sex) => {
                const same =
                  filter.age.length === 1 &&
                  filter.age[0] === band &&
                  filter.sex.length === 1 &&
                  filter.sex[0] === sex;
                set(same ? { age: null, sex: null } : { age: [band], sex: [sex] });
              }}
              onBand={(band) => set({ age: toggle(filter.age, band) })}
              onSeries={(sex) => set({ sex: toggle(filter.sex, sex) })}
            />
            {filtered ? (
              <ChosenLine
                words={t("chosen", {
                  count: format.number(chosen),
                  total: format.number(patients[at] ?? 0),
                })}
                href={dataPath(view.sets[at]?.filter ?? filter, { type: "Patient" })}
                onClear={() => set({ age: null, sex: null })}
              />
            ) : (
              <Text size="xs" c="dimmed" mt="xs">
                {t("note")}
              </Text>
            )}
          </>
        );
      }}
    </ChartCard>
  );
}
