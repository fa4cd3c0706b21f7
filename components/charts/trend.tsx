"use client";

import { VisuallyHidden } from "@mantine/core";
import { Area, ComposedChart, Line, ResponsiveContainer, XAxis } from "recharts";
import { useFormatter } from "use-intl";
import { axisText } from "./axis-text";
import { ChartTooltip } from "./chart-tooltip";
import classes from "./charts.module.css";
import { Legend } from "./legend";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";
import { PlotColumns } from "./plot-columns";
import { ValueAxis } from "./value-axis";

const yWidth = 48;

type Point = { at: string; count: number; median: number; p25: number; p75: number };

/** The median over time in the band that holds the middle half of the values. */
export function Trend({
  summary,
  points,
  unit,
  at,
  words,
  label,
  range: [lowest, highest],
  height,
  filtered,
  chosen,
  onPick,
}: {
  summary: string;
  points: Point[];
  unit: string;
  at: (date: string) => string;
  words: { median: string; band: string; p25: string; p75: string; count: string };
  /** what the columns are */
  label: string;
  /** the values that the axis must hold */
  range: [number, number];
  height: number;
  /** is the page filtered by a period? */
  filtered: boolean;
  /** is a point within what the page is filtered by? */
  chosen: (date: string) => boolean;
  onPick: (from: string, to: string) => void;
}) {
  const format = useFormatter();
  const number = (value: number) => format.number(value, { maximumFractionDigits: 2 });
  const data = points.map((point) => ({ ...point, band: [point.p25, point.p75] }));
  const few = points.length <= 36;
  const ticks = highest > lowest ? niceTicks(lowest, highest, 4) : [lowest - 1, lowest, lowest + 1];
  return (
    <div>
      <VisuallyHidden role="img" aria-label={summary} />
      <Legend
        items={[
          { name: words.median, color: 0, mark: "line" },
          { name: words.band, color: 0, mark: "band" },
        ]}
      />
      <div className={classes.over}>
        <div aria-hidden>
          <ResponsiveContainer width="100%" height={height}>
            <ComposedChart
              data={data}
              margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
              accessibilityLayer={false}
            >
              <XAxis
                dataKey="at"
                tickFormatter={at}
                tickLine={false}
                minTickGap={28}
                tick={axisText}
              />
              <ValueAxis
                ticks={ticks}
                write={(value) =>
                  format.number(value, { notation: "compact", maximumFractionDigits: 2 })
                }
                width={yWidth}
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
                activeDot={false}
                style={{ stroke: seriesColor(0) }}
              />
            </ComposedChart>
          </ResponsiveContainer>
        </div>
        <PlotColumns
          label={label}
          filtered={filtered}
          inset={{ left: yWidth, right: 8, top: 8, bottom: 30 }}
          ends="point"
          columns={points.map((point) => ({
            key: point.at,
            name: `${at(point.at)}: ${words.median} ${number(point.median)} ${unit}`,
            chosen: chosen(point.at),
          }))}
          tip={(place) => {
            const point = points[place];
            return point ? (
              <ChartTooltip
                heading={at(point.at)}
                lines={[
                  { name: words.p75, value: `${number(point.p75)} ${unit}` },
                  { name: words.median, value: `${number(point.median)} ${unit}`, color: 0 },
                  { name: words.p25, value: `${number(point.p25)} ${unit}` },
                  { name: words.count, value: format.number(point.count) },
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
