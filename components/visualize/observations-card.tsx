"use client";

import { Group, Paper, SegmentedControl, Select, Text, Title } from "@mantine/core";
import { useId } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { selectText } from "@/components/format/select-text";
import { useUrlState } from "@/lib/browser/url-state";
import { DistributionChart } from "./distribution-chart";
import { TrendChart } from "./trend-chart";
import { useEmptyWords } from "./use-empty-words";
import { useSets } from "./use-sets";
import { cardSets, type View } from "./view";
import classes from "./visualize.module.css";

/** One measured thing at a time: how its values spread, and how they move over the years. */
export function ObservationsCard({ view, className }: { view: View; className?: string }) {
  const t = useTranslations("visualize.observations");
  const format = useFormatter();
  const id = useId();
  const { search, set } = useUrlState();
  const emptyWords = useEmptyWords(view);
  const { query: codes, data } = useSets("observation-codes", view);
  // Both sets' codes, the most frequent of either first; a code's units of both.
  const options = [
    ...new Set(
      data.flatMap((one) => one.codes).flatMap(({ code }) => (code === null ? [] : [code])),
    ),
  ].map((code) => {
    const found = data.flatMap((one) => one.codes.filter((other) => other.code === code));
    return {
      code,
      display: found[0]?.display ?? code,
      records: found.reduce((sum, { records }) => sum + records, 0),
      units: [...new Set(found.flatMap(({ units }) => units))],
    };
  });
  const wanted = search.get("code");
  const picked = options.find(({ code }) => code === wanted) ?? options[0];
  const units = picked?.units ?? [];
  const unit = units.find((one) => one === search.get("unit")) ?? units[0];

  if (codes.isPending || (codes.error && data.length === 0) || !picked)
    return (
      <ChartCard
        className={className}
        title={t("title")}
        sets={cardSets(view, () => undefined)}
        query={codes}
        height={380}
        empty={data.length > 0 ? emptyWords(t("empty")) : null}
        table={null}
      >
        {() => null}
      </ChartCard>
    );

  return (
    <Paper component="section" withBorder p="md" className={className} aria-labelledby={id}>
      <Group justify="space-between" align="flex-end" gap="sm" mb="md">
        <Title order={2} size="h5" id={id}>
          {t("title")}
        </Title>
        <Group gap="sm" align="flex-end" className={classes.picker}>
          {units.length > 1 ? (
            <SegmentedControl
              size="sm"
              data={units.slice(0, 4)}
              value={unit}
              onChange={(next) => set({ unit: next })}
              aria-label={t("unit")}
            />
          ) : null}
          <Select
            className={classes.code}
            aria-label={t("pick")}
            placeholder={t("pick-hint")}
            searchable
            onFocus={selectText}
            onClick={selectText}
            allowDeselect={false}
            data={options.map(({ code, display }) => ({
              value: code,
              label: display === code ? display : `${display} · ${code}`,
            }))}
            value={picked.code}
            onChange={(code) => set({ code, unit: null })}
            nothingFoundMessage={t("none-found")}
            maxDropdownHeight={360}
            limit={100}
            comboboxProps={{ shadow: "md" }}
            renderOption={({ option }) => {
              const one = options.find(({ code }) => code === option.value);
              return (
                <div style={{ minWidth: 0 }}>
                  <Text size="sm">{one?.display}</Text>
                  <Text size="xs" c="dimmed">
                    {one?.code} · {t("option", { records: format.number(one?.records ?? 0) })}
                  </Text>
                </div>
              );
            }}
          />
        </Group>
      </Group>
      {codes.error ? (
        <FailureAlert failure={codes.error} onRetry={() => void codes.refetch()} />
      ) : null}
      <div className={classes.pair} data-sets={view.sets.length}>
        <DistributionChart view={view} name={picked.display} code={picked.code} unit={unit} />
        <TrendChart view={view} name={picked.display} code={picked.code} unit={unit} />
      </div>
    </Paper>
  );
}
