"use client";

import { Group, Paper, SegmentedControl, Select, Text, Title } from "@mantine/core";
import { useId } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { ChartCard } from "@/components/charts/chart-card";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { selectText } from "@/components/format/select-text";
import { useChart } from "@/lib/browser/charts-queries";
import { useUrlState } from "@/lib/browser/url-state";
import { DistributionChart } from "./distribution-chart";
import type { Scope } from "./scope";
import { TrendChart } from "./trend-chart";
import classes from "./visualize.module.css";

/** One measured thing at a time: how its values spread, and how they move over the years. */
export function ObservationsCard({ scope, className }: { scope: Scope; className?: string }) {
  const t = useTranslations("visualize.observations");
  const format = useFormatter();
  const id = useId();
  const { search, set } = useUrlState();
  const codes = useChart("observation-codes", scope);
  const known = (codes.data?.codes ?? []).filter(({ code }) => code !== null);
  const options = known.filter(
    ({ code }, at) => known.findIndex((other) => other.code === code) === at,
  );
  const wanted = search.get("code");
  const picked = options.find(({ code }) => code === wanted) ?? options[0];
  const units = picked?.units ?? [];
  const unit = units.find((one) => one === search.get("unit")) ?? units[0];

  if (codes.isPending || (codes.error && !codes.data) || !picked)
    return (
      <ChartCard
        className={className}
        title={t("title")}
        source={scope.source}
        query={codes}
        empty={codes.data ? t("empty") : null}
        table={null}
      >
        {() => null}
      </ChartCard>
    );

  return (
    <Paper component="section" withBorder p="md" className={className} aria-labelledby={id}>
      <Group justify="space-between" align="flex-end" gap="sm" mb="md">
        <div>
          <Title order={2} size="h5" id={id}>
            {t("title")}
          </Title>
          <Text size="xs" c="dimmed" lineClamp={2}>
            {scope.source}
          </Text>
        </div>
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
              value: code ?? "",
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
      <div className={classes.pair}>
        <DistributionChart
          scope={scope}
          name={picked.display}
          code={picked.code ?? ""}
          unit={unit}
        />
        <TrendChart scope={scope} name={picked.display} code={picked.code ?? ""} unit={unit} />
      </div>
    </Paper>
  );
}
