"use client";

import { VisuallyHidden } from "@mantine/core";
import { Area, AreaChart, Bar, BarChart, ResponsiveContainer, XAxis } from "recharts";
import { useFormatter } from "use-intl";
import { axisText } from "./axis-text";
import { ChartTooltip } from "./chart-tooltip";
import classes from "./charts.module.css";
import { Legend } from "./legend";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";
import { PlotColumns } from "./plot-columns";
import { ValueAxis } from "./value-axis";

const yWidth = 44;
const margin = { top: 8, right: 8, bottom: 0, left: 0 };

/** Above this many points bars are thinner than the gaps between them. */
const mostBars = 150;

const sumOf = (counts: Record<string, number>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

/** Counts over time, stacked by series: bars, or steps where there are too many points for bars. */
export function StackedBars({
  summary,
  series,
  points,
  at,
  total,
  label,
  highest,
  height,
  filtered,
  chosen,
  onPick,
}: {
  summary: string;
  /** bottom first */
  series: { key: string; name: string; color: number }[];
  points: { at: string; counts: Record<string, number> }[];
  /** writes a point's date for people */
  at: (date: string) => string;
  /** the word for the sum */
  total: string;
  /** what the columns are */
  label: string;
  /** the sum that the axis must hold */
  highest: number;
  height: number;
  /** is the page filtered by a period? */
  filtered: boolean;
  /** is a point within what the page is filtered by? */
  chosen: (date: string) => boolean;
  onPick: (from: string, to: string) => void;
}) {
  const format = useFormatter();
  const compact = (value: number) => format.number(value, { notation: "compact" });
  const data = points.map((point) => ({ at: point.at, ...point.counts }));
  const ticks = niceTicks(0, Math.max(1, highest), 4).filter(Number.isInteger);
  const steps = points.length > mostBars;
  const axes = [
    <XAxis
      key="x"
      dataKey="at"
      tickFormatter={at}
      tickLine={false}
      minTickGap={28}
      tick={axisText}
    />,
    <ValueAxis key="y" ticks={ticks} write={compact} width={yWidth} />,
  ];
  return (
    <div>
      <VisuallyHidden role="img" aria-label={summary} />
      <Legend items={series.map(({ name, color }) => ({ name, color }))} />
      <div className={classes.over}>
        <div aria-hidden>
          <ResponsiveContainer width="100%" height={height}>
            {steps ? (
              <AreaChart data={data} margin={margin} accessibilityLayer={false}>
                {axes}
                {series.map(({ key, color }) => (
                  <Area
                    key={key}
                    dataKey={key}
                    stackId="all"
                    type="step"
                    stroke="none"
                    isAnimationActive={false}
                    activeDot={false}
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
                {series.map(({ key, color }) => (
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
        <PlotColumns
          label={label}
          filtered={filtered}
          inset={{ left: yWidth, right: margin.right, top: margin.top, bottom: 30 }}
          ends={steps ? "point" : "band"}
          columns={points.map((point) => ({
            key: point.at,
            name: `${at(point.at)}: ${format.number(sumOf(point.counts))}`,
            chosen: chosen(point.at),
          }))}
          tip={(place) => {
            const point = points[place];
            return point ? (
              <ChartTooltip
                heading={at(point.at)}
                lines={[
                  ...series.flatMap(({ key, name, color }) =>
                    point.counts[key]
                      ? [{ name, value: format.number(point.counts[key]), color }]
                      : [],
                  ),
                  { name: total, value: format.number(sumOf(point.counts)) },
                ]}
              />
            ) : null;
          }}
          onPick={(from, to) => onPick(points[from]?.at ?? "", points[to]?.at ?? "")}
        />
      </div>
    </div>
  );
}
