"use client";

import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { useFormatter } from "use-intl";
import { ChartTooltip } from "./chart-tooltip";
import { Legend } from "./legend";
import { seriesColor } from "./palette";

const tick = { style: { fill: "var(--mantine-color-dimmed)", fontSize: 12 } };

/** Above this many points bars are thinner than the gaps between them. */
const mostBars = 150;

/** Counts over time, stacked by series: bars, or steps where there are too many points for bars. */
export function StackedBars({
  summary,
  series,
  points,
  at,
  total,
  height,
}: {
  summary: string;
  /** bottom first */
  series: { key: string; name: string }[];
  points: { at: string; counts: Record<string, number> }[];
  /** writes a point's date for people */
  at: (date: string) => string;
  /** the word for the sum */
  total: string;
  height: number;
}) {
  const format = useFormatter();
  const compact = (value: number) => format.number(value, { notation: "compact" });
  const data = points.map((point) => ({ at: point.at, ...point.counts }));
  const axes = [
    <CartesianGrid key="grid" vertical={false} stroke="var(--mantine-color-default-border)" />,
    <XAxis key="x" dataKey="at" tickFormatter={at} tickLine={false} minTickGap={28} tick={tick} />,
    <YAxis
      key="y"
      tickFormatter={compact}
      tickLine={false}
      axisLine={false}
      width={44}
      allowDecimals={false}
      tick={tick}
    />,
    <Tooltip
      key="tip"
      isAnimationActive={false}
      cursor={{ fill: "var(--mantine-color-dimmed)", fillOpacity: 0.12, stroke: "none" }}
      content={({ active, label }) => {
        const point = active ? points.find((one) => one.at === label) : undefined;
        if (!point) return null;
        const sum = Object.values(point.counts).reduce((all, count) => all + count, 0);
        return (
          <ChartTooltip
            heading={at(point.at)}
            lines={[
              ...series.flatMap(({ key, name }, color) =>
                point.counts[key] ? [{ name, value: format.number(point.counts[key]), color }] : [],
              ),
              { name: total, value: format.number(sum) },
            ]}
          />
        );
      }}
    />,
  ];
  const margin = { top: 8, right: 8, bottom: 0, left: 0 };
  return (
    <div role="img" aria-label={summary}>
      <Legend items={series.map(({ name }, color) => ({ name, color }))} />
      <ResponsiveContainer width="100%" height={height}>
        {points.length > mostBars ? (
          <AreaChart data={data} margin={margin} accessibilityLayer={false}>
            {axes}
            {series.map(({ key }, color) => (
              <Area
                key={key}
                dataKey={key}
                stackId="all"
                type="step"
                stroke="none"
                isAnimationActive={false}
                fillOpacity={1}
                style={{ fill: seriesColor(color) }}
              />
            ))}
          </AreaChart>
        ) : (
          <BarChart
            data={data}
            margin={margin}
            accessibilityLayer={false}
            barCategoryGap={points.length > 40 ? 1 : "18%"}
          >
            {axes}
            {series.map(({ key }, color) => (
              <Bar
                key={key}
                dataKey={key}
                stackId="all"
                isAnimationActive={false}
                maxBarSize={56}
                style={{ fill: seriesColor(color) }}
              />
            ))}
          </BarChart>
        )}
      </ResponsiveContainer>
    </div>
  );
}
