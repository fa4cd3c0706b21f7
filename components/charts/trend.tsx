"use client";

import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { useFormatter } from "use-intl";
import { ChartTooltip } from "./chart-tooltip";
import classes from "./charts.module.css";
import { Legend } from "./legend";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";

const tick = { style: { fill: "var(--mantine-color-dimmed)", fontSize: 12 } };

type Point = { at: string; count: number; median: number; p25: number; p75: number };

/** The median over time in the band that holds the middle half of the values. */
export function Trend({
  summary,
  points,
  unit,
  at,
  words,
  height,
}: {
  summary: string;
  points: Point[];
  unit: string;
  at: (date: string) => string;
  words: { median: string; band: string; p25: string; p75: string; count: string };
  height: number;
}) {
  const format = useFormatter();
  const number = (value: number) => format.number(value, { maximumFractionDigits: 2 });
  const data = points.map((point) => ({ ...point, band: [point.p25, point.p75] }));
  const few = points.length <= 36;
  const lowest = Math.min(...points.map(({ p25 }) => p25));
  const highest = Math.max(...points.map(({ p75 }) => p75));
  const ticks = highest > lowest ? niceTicks(lowest, highest, 4) : [lowest - 1, lowest, lowest + 1];
  return (
    <div role="img" aria-label={summary}>
      <Legend
        items={[
          { name: words.median, color: 0, mark: "line" },
          { name: words.band, color: 0, mark: "band" },
        ]}
      />
      <ResponsiveContainer width="100%" height={height}>
        <ComposedChart
          data={data}
          margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid vertical={false} stroke="var(--mantine-color-default-border)" />
          <XAxis dataKey="at" tickFormatter={at} tickLine={false} minTickGap={28} tick={tick} />
          <YAxis
            domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
            ticks={ticks}
            tickFormatter={(value: number) =>
              format.number(value, { notation: "compact", maximumFractionDigits: 2 })
            }
            tickLine={false}
            axisLine={false}
            width={48}
            tick={tick}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: "var(--mantine-color-dimmed)" }}
            content={({ active, label }) => {
              const point = active ? points.find((one) => one.at === label) : undefined;
              if (!point) return null;
              return (
                <ChartTooltip
                  heading={at(point.at)}
                  lines={[
                    { name: words.p75, value: `${number(point.p75)} ${unit}` },
                    { name: words.median, value: `${number(point.median)} ${unit}`, color: 0 },
                    { name: words.p25, value: `${number(point.p25)} ${unit}` },
                    { name: words.count, value: format.number(point.count) },
                  ]}
                />
              );
            }}
          />
          <Area
            dataKey="band"
            type="monotone"
            stroke="none"
            isAnimationActive={false}
            activeDot={false}
            className={classes.trendBand}
            style={{ fill: seriesColor(0) }}
          />
          <Line
            dataKey="median"
            type="monotone"
            strokeWidth={2}
            isAnimationActive={false}
            dot={few ? { r: 3, style: { fill: seriesColor(0) } } : false}
            activeDot={{ r: 4, style: { fill: seriesColor(0) } }}
            style={{ stroke: seriesColor(0) }}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
