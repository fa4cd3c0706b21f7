"use client";

import { Area, ComposedChart, Line, ReferenceLine, ResponsiveContainer, XAxis } from "recharts";
import { axisText } from "./axis-text";
import { ChartTooltip } from "./chart-tooltip";
import { Legend } from "./legend";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";
import { PlotTip } from "./plot-tip";
import { ValueAxis } from "./value-axis";

export type RateSeries = {
  name: string;
  color: number;
  /** a second, one of each point */
  values: number[];
  /** drawn as a line without its area */
  line?: boolean;
};

/**
 * Rates over time, all of one unit. Charts of one `group` show the same moment under the pointer.
 * @param times milliseconds since 1970, the middle of each span
 * @param marks moments that explain the curve
 */
export function RateChart({
  summary,
  times,
  series,
  marks = [],
  at,
  heading,
  value,
  compact,
  group,
  height,
}: {
  summary: string;
  times: number[];
  series: RateSeries[];
  marks?: { at: number; name: string }[];
  at: (time: number) => string;
  heading: (place: number) => string;
  value: (rate: number) => string;
  compact: (rate: number) => string;
  group: string;
  height: number;
}) {
  const highest = Math.max(0, ...series.flatMap(({ values }) => values));
  const ticks = highest > 0 ? niceTicks(0, highest, 3) : [0, 1];
  const data = times.map((time, place) => ({
    time,
    ...Object.fromEntries(series.map(({ values }, index) => [`s${index}`, values[place] ?? 0])),
  }));
  const [from = 0, to = 0] = [times[0], times.at(-1)];
  return (
    <div role="img" aria-label={summary}>
      <Legend
        items={series.map(({ name, color, line }) => ({
          name,
          color,
          mark: line ? ("line" as const) : ("bar" as const),
        }))}
      />
      <ResponsiveContainer width="100%" height={height}>
        <ComposedChart
          data={data}
          syncId={group}
          margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <XAxis
            dataKey="time"
            type="number"
            scale="time"
            domain={[from, to]}
            tickFormatter={at}
            tickLine={false}
            minTickGap={36}
            tick={axisText}
          />
          <ValueAxis ticks={ticks} write={compact} width={64} />
          {marks
            .filter((mark) => mark.at > from && mark.at < to)
            .map((mark) => (
              <ReferenceLine
                key={mark.name}
                x={mark.at}
                stroke="var(--mantine-color-dimmed)"
                strokeDasharray="3 3"
                label={{
                  value: mark.name,
                  position: "insideTopRight",
                  style: { fill: "var(--mantine-color-dimmed)", fontSize: 11 },
                }}
              />
            ))}
          <PlotTip
            at={(time) => {
              const place = times.indexOf(time);
              if (place < 0) return null;
              return (
                <ChartTooltip
                  heading={heading(place)}
                  lines={series.map(({ name, color, values }) => ({
                    name,
                    color,
                    value: value(values[place] ?? 0),
                  }))}
                />
              );
            }}
          />
          {series.map(({ name, color, line }, index) =>
            line ? null : (
              <Area
                key={name}
                dataKey={`s${index}`}
                type="linear"
                stroke="none"
                fillOpacity={0.16}
                isAnimationActive={false}
                activeDot={false}
                style={{ fill: seriesColor(color) }}
              />
            ),
          )}
          {series.map(({ name, color, line }, index) => (
            <Line
              key={name}
              dataKey={`s${index}`}
              type="linear"
              strokeWidth={2}
              strokeDasharray={line ? "5 3" : undefined}
              isAnimationActive={false}
              dot={times.length <= 12 ? { r: 2.5, style: { fill: seriesColor(color) } } : false}
              activeDot={{ r: 4, style: { fill: seriesColor(color) } }}
              style={{ stroke: seriesColor(color) }}
            />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
