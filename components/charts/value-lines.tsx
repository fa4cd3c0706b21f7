"use client";

import { Line, LineChart, ReferenceArea, ResponsiveContainer, XAxis } from "recharts";
import { useFormatter } from "use-intl";
import { axisText } from "./axis-text";
import { ChartTooltip } from "./chart-tooltip";
import { Legend } from "./legend";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";
import { PlotTip } from "./plot-tip";
import { ValueAxis } from "./value-axis";

/** Values over time, one line each, with the reference range as a band. */
export function ValueLines({
  summary,
  lines,
  unit,
  range,
  height,
}: {
  summary: string;
  /** [milliseconds since 1970, value], oldest first */
  lines: { name: string; points: [at: number, value: number][] }[];
  unit: string;
  range: { low: number | null; high: number | null } | null;
  height: number;
}) {
  const format = useFormatter();
  const day = (at: number) => format.dateTime(new Date(at), { dateStyle: "medium" });
  const byTime = new Map<number, Record<string, number>>();
  for (const [no, { points }] of lines.entries()) {
    for (const [at, value] of points) byTime.set(at, { ...byTime.get(at), at, [`v${no}`]: value });
  }
  const data = [...byTime.values()].toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const bounds = [range?.low, range?.high].filter((one) => typeof one === "number");
  const lowest = Math.min(...values, ...bounds);
  const highest = Math.max(...values, ...bounds);
  const ticks = highest > lowest ? niceTicks(lowest, highest, 5) : [lowest - 1, lowest, lowest + 1];
  const domain: [number, number] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const [begin, end] = [data[0]?.at ?? 0, data.at(-1)?.at ?? 0];
  const long = end - begin > 3 * 365 * 86_400_000;
  const year = (at: number) => new Date(at).getUTCFullYear();
  // Where years stand they stand at their beginning, each once.
  const timeTicks = long
    ? niceTicks(year(begin), year(end), 7)
        .filter(Number.isInteger)
        .map((one) => Date.UTC(one, 0, 1, 12))
        .filter((at) => at >= begin && at <= end)
    : [...new Set([0, 1, 2, 3].map((part) => begin + ((end - begin) * part) / 3))];
  return (
    <div role="img" aria-label={summary}>
      {lines.length > 1 ? (
        <Legend items={lines.map(({ name }, color) => ({ name, color, mark: "line" }))} />
      ) : null}
      <ResponsiveContainer width="100%" height={height}>
        <LineChart
          data={data}
          margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          {range ? (
            <ReferenceArea
              y1={range.low ?? domain[0]}
              y2={range.high ?? domain[1]}
              fill="var(--mantine-color-green-filled)"
              fillOpacity={0.12}
              stroke="none"
            />
          ) : null}
          <XAxis
            dataKey="at"
            type="number"
            scale="time"
            domain={["dataMin", "dataMax"]}
            tickFormatter={(at: number) =>
              format.dateTime(new Date(at), {
                year: "numeric",
                ...(long ? { timeZone: "UTC" } : { month: "short", day: "numeric" }),
              })
            }
            ticks={timeTicks}
            tickLine={false}
            minTickGap={24}
            tick={axisText}
          />
          <ValueAxis
            ticks={ticks}
            write={(value) =>
              format.number(value, { notation: "compact", maximumFractionDigits: 2 })
            }
            width={48}
          />
          <PlotTip
            at={(time) => {
              const point = byTime.get(time);
              if (!point) return null;
              return (
                <ChartTooltip
                  heading={day(time)}
                  lines={lines.flatMap(({ name }, no) => {
                    const value = point[`v${no}`];
                    return value === undefined
                      ? []
                      : [
                          {
                            name,
                            color: no,
                            value: `${format.number(value, { maximumFractionDigits: 3 })} ${unit}`,
                          },
                        ];
                  })}
                />
              );
            }}
          />
          {lines.map(({ name }, no) => (
            <Line
              key={name}
              dataKey={`v${no}`}
              type="linear"
              connectNulls
              strokeWidth={2}
              isAnimationActive={false}
              dot={
                data.length <= 60
                  ? { r: 3, style: { fill: seriesColor(no), stroke: seriesColor(no) } }
                  : false
              }
              activeDot={{ r: 4, style: { fill: seriesColor(no), stroke: seriesColor(no) } }}
              style={{ stroke: seriesColor(no) }}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}
