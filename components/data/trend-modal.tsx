"use client";

import { Anchor, Box, Modal, SegmentedControl, Skeleton, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { ValueLines } from "@/components/charts/value-lines";
import { Loaded } from "@/components/feedback/loaded";
import { codeSystemName } from "@/components/format/code-system-name";
import { unitText } from "@/components/format/unit-text";
import { type PatientView, usePatientTrend } from "@/lib/browser/data-queries";
import type { PatientMeasurement, PatientTrend } from "@/lib/contract/patient";
import classes from "./data.module.css";

/** What the summary has of it, in the shape of a trend: for what has no code to ask by. */
const fromSummary = ({ lines, last }: PatientMeasurement): PatientTrend => ({
  lines: lines.map(({ code, display, total, points }) => ({
    code,
    display,
    total,
    rows: points
      .map(([at, value]) => ({ ...last, at: new Date(at).toISOString(), value }))
      .toReversed(),
  })),
});

/** One measurement large: its line over time, and the same as a table that leads to each value's JSON. */
export function TrendModal({
  patient,
  view,
  measurement,
  onClose,
  onOpen,
}: {
  patient: string;
  view: PatientView;
  measurement: PatientMeasurement | null;
  onClose: () => void;
  onOpen: (key: { job_id: string; id: string }) => void;
}) {
  const t = useTranslations("data.person");
  const format = useFormatter();
  const [as, setAs] = useState("chart");
  const { code = null, code_system = null, unit = null } = measurement ?? {};
  const query = usePatientTrend(patient, view, code === null ? null : { code, code_system, unit });
  const name = measurement?.display ?? code ?? "";
  const number = (value: number) => format.number(value, { maximumFractionDigits: 3 });

  function body({ lines }: PatientTrend) {
    const range = measurement?.range ?? null;
    const total = Math.max(0, ...lines.map((line) => line.total));
    const shown = Math.max(0, ...lines.map(({ rows }) => rows.length));
    const nameOf = (line: PatientTrend["lines"][number]) => line.display ?? line.code ?? name;
    // The parts of one panel stand in one row: same resource, same time.
    const byResource = new Map<
      string,
      { at: string; job_id: string; id: string; values: number[] }
    >();
    for (const [no, line] of lines.entries()) {
      for (const { at, job_id, id, value } of line.rows) {
        const key = `${job_id} ${id}`;
        const row = byResource.get(key) ?? { at, job_id, id, values: [] };
        row.values[no] = value;
        byResource.set(key, row);
      }
    }
    const rows = [...byResource.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1));
    const first = rows.at(-1);
    const last = rows[0];
    if (!first || !last) return <Text c="dimmed">{t("none.measurements")}</Text>;
    return (
      <>
        {as === "chart" ? (
          <ValueLines
            summary={t("trend-summary", {
              name,
              count: shown,
              from: format.dateTime(new Date(first.at), { dateStyle: "medium" }),
              to: format.dateTime(new Date(last.at), { dateStyle: "medium" }),
              last: `${last.values.map(number).join("/")} ${unit ? unitText(unit) : ""}`,
            })}
            lines={lines.map((line) => ({
              name: nameOf(line),
              points: line.rows
                .map(({ at, value }): [number, number] => [Date.parse(at), value])
                .toReversed(),
            }))}
            unit={unit ? unitText(unit) : ""}
            range={range}
            height={320}
          />
        ) : (
          <Box
            className={classes.trendTable}
            tabIndex={0}
            role="region"
            aria-label={t("table-of", { name })}
          >
            <Table stickyHeader fz="sm" verticalSpacing={4} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("when")}</Table.Th>
                  {lines.map((line) => (
                    <Table.Th key={line.code} scope="col" ta="right">
                      {lines.length > 1 ? nameOf(line) : t("value")}
                      {unit ? ` (${unitText(unit)})` : ""}
                    </Table.Th>
                  ))}
                  <Table.Th scope="col">{t("source")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => {
                  const at = format.dateTime(new Date(row.at), {
                    dateStyle: "medium",
                    timeStyle: "short",
                  });
                  return (
                    <Table.Tr key={`${row.job_id} ${row.id}`}>
                      <Table.Td>{at}</Table.Td>
                      {lines.map((line, no) => (
                        <Table.Td key={line.code} ta="right">
                          {row.values[no] === undefined ? "–" : number(row.values[no])}
                        </Table.Td>
                      ))}
                      <Table.Td>
                        <Anchor
                          component="button"
                          type="button"
                          size="sm"
                          onClick={() => onOpen(row)}
                          aria-label={t("json-of", { name: `${name}, ${at}` })}
                        >
                          JSON
                        </Anchor>
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Box>
        )}
        <Text size="xs" c="dimmed" mt="sm" className="numbers" role="status">
          {total > shown
            ? t("showing", { shown: format.number(shown), total: format.number(total) })
            : t("values", { count: total })}
          {range && range.low !== null && range.high !== null
            ? ` · ${t("between", { low: number(range.low), high: number(range.high) })}`
            : ""}
        </Text>
      </>
    );
  }

  return (
    <Modal
      opened={measurement !== null}
      onClose={onClose}
      size="xl"
      title={
        <>
          <Text fw={600}>{name}</Text>
          <Text size="xs" c="dimmed">
            {[code_system ? codeSystemName(code_system) : null, code, unit]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </>
      }
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {measurement ? (
        <>
          <SegmentedControl
            size="xs"
            mb="sm"
            value={as}
            onChange={setAs}
            data={["chart", "table"].map((value) => ({
              value,
              label: t(`as-${value}` as "as-chart"),
            }))}
            aria-label={t("as")}
          />
          {code === null ? (
            body(fromSummary(measurement))
          ) : (
            <Loaded query={query} skeleton={<Skeleton height={350} />}>
              {body}
            </Loaded>
          )}
        </>
      ) : null}
    </Modal>
  );
}
