"use client";

import { Paper, SegmentedControl, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { Sparkline } from "@/components/charts/sparkline";
import { unitText } from "@/components/format/unit-text";
import type { PatientFinding, PatientMeasurement } from "@/lib/contract/patient";
import classes from "./data.module.css";
import { outsideOf } from "./outside-of";
import { RecordList } from "./record-list";
import { useCellText } from "./use-cell-text";

/** The three kinds that people look for, in their order; whatever else there is comes after them. */
const kinds = ["vital-signs", "laboratory", "other"] as const;
type Kind = (typeof kinds)[number];
const kindOf = (category: string | null): Kind =>
  category === "vital-signs" || category === "laboratory" ? category : "other";

/** One thing that was measured: its newest value in words, all of it as a line; a click enlarges it. */
function MeasurementCard({
  measurement,
  onOpen,
}: {
  measurement: PatientMeasurement;
  onOpen: () => void;
}) {
  const t = useTranslations("data.person");
  const format = useFormatter();
  const { lines, unit, range } = measurement;
  const name = measurement.display ?? measurement.code ?? "";
  const number = (value: number) => format.number(value, { maximumFractionDigits: 2 });
  const newest = lines.map(({ points }) => points.at(-1));
  const value = newest.map((point) => (point ? number(point[1]) : "–")).join("/");
  const at = newest[0]?.[0];
  const outside = outsideOf(newest[0]?.[1], range);
  const total = Math.max(...lines.map((line) => line.total));
  const day = at === undefined ? "" : format.dateTime(new Date(at), { dateStyle: "medium" });
  const between =
    range && (range.low !== null || range.high !== null)
      ? t(range.low === null ? "below" : range.high === null ? "above" : "between", {
          low: number(range.low ?? 0),
          high: number(range.high ?? 0),
        })
      : null;
  return (
    <Paper withBorder className={classes.measure}>
      <UnstyledButton onClick={onOpen} className={classes.measureButton} title={t("enlarge")}>
        <Text span size="sm" className={classes.measureName} title={name}>
          {name}
        </Text>
        <span className={classes.measureValue}>
          <Text span fw={600} fz="lg" className="numbers">
            {value}
          </Text>
          <Text span size="xs" c="dimmed">
            {unit ? unitText(unit) : ""}
          </Text>
          {outside ? (
            <Text span size="xs" fw={600} className={classes.outside}>
              {outside === "high" ? "▲" : "▼"} {t(outside)}
            </Text>
          ) : null}
        </span>
        <Sparkline lines={lines.map(({ points }) => points)} range={range} />
        <Text span size="xs" c="dimmed" className={classes.measureFoot}>
          <span>{day}</span>
          <span>{between ?? t("values", { count: total })}</span>
        </Text>
      </UnstyledButton>
    </Paper>
  );
}

/** Vital signs, laboratory and whatever else was measured, each as a small trend; then what was told in words. */
export function Measurements({
  measurements,
  findings,
  tableHref,
  onEnlarge,
  onOpen,
}: {
  measurements: PatientMeasurement[];
  findings: PatientFinding[];
  tableHref: string;
  onEnlarge: (measurement: PatientMeasurement) => void;
  onOpen: (finding: PatientFinding) => void;
}) {
  const t = useTranslations("data.person");
  const textOf = useCellText();
  const held = kinds.filter((kind) =>
    measurements.some(({ category }) => kindOf(category) === kind),
  );
  const [wanted, setWanted] = useState<Kind | "all">("all");
  const shown = held.filter((kind) => wanted === "all" || kind === wanted);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="measured">
      <div className={classes.sectionHead}>
        <Title order={2} size="h5" id="measured">
          {t("measurements")}
        </Title>
        {held.length > 1 ? (
          <SegmentedControl
            size="xs"
            value={wanted}
            onChange={(next) => setWanted(next as Kind | "all")}
            data={["all" as const, ...held].map((kind) => ({
              value: kind,
              label: t(`kind.${kind}`),
            }))}
            aria-label={t("measurements")}
          />
        ) : null}
      </div>
      {measurements.length === 0 && findings.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("none.measurements")}
        </Text>
      ) : null}
      <Stack gap="lg">
        {shown.map((kind) => (
          <div key={kind}>
            <Title order={3} size="h6" c="dimmed" mb={6}>
              {t(`kind.${kind}`)}
            </Title>
            <div className={classes.measures}>
              {measurements
                .filter(({ category }) => kindOf(category) === kind)
                .map((measurement) => (
                  <MeasurementCard
                    key={`${measurement.code_system} ${measurement.code} ${measurement.unit}`}
                    measurement={measurement}
                    onOpen={() => onEnlarge(measurement)}
                  />
                ))}
            </div>
          </div>
        ))}
        {findings.length > 0 && wanted === "all" ? (
          <div>
            <Title order={3} size="h6" c="dimmed" mb={6}>
              {t("findings")}
            </Title>
            <RecordList
              label={t("findings")}
              lines={findings.map((finding) => ({
                key: `${finding.job_id} ${finding.id}`,
                title: `${finding.code_display ?? finding.code ?? ""}: ${finding.value_text}`,
                when: finding.effective_at
                  ? textOf("effective_at", finding.effective_at.slice(0, 10))
                  : undefined,
                onOpen: () => onOpen(finding),
              }))}
              total={findings.length}
              tableHref={tableHref}
              empty=""
            />
          </div>
        ) : null}
      </Stack>
    </Paper>
  );
}
