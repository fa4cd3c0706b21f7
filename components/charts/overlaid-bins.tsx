"use client";

import type { ReactNode } from "react";
import { Area, ComposedChart, Line, ReferenceLine, ResponsiveContainer, XAxis } from "recharts";
import { useFormatter } from "use-intl";
import { axisText } from "./axis-text";
import classes from "./charts.module.css";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";
import { PlotTip } from "./plot-tip";
import { ValueAxis } from "./value-axis";

/**
 * Two distributions on the same bins, as shares of each one's values: the first as bars, the second as an
 * outline over them, so that they are told apart without colour; lines at the middle of each, whole and dashed.
 */
export function OverlaidBins({
  summary,
  bins,
  shares: [first, second],
  middles,
  tip,
  axis,
  height,
}: {
  summary: string;
  /** one behind the other, all as wide */
  bins: { from: number; to: number }[];
  /** of each distribution its share in each bin, 0 to 1 */
  shares: [number[], number[]];
  /** a value of each that is marked */
  middles: (number | null)[];
  tip: (bin: number) => ReactNode;
  /** what the values are */
  axis: string;
  height: number;
}) {
  const format = useFormatter();
  const start = bins[0]?.from ?? 0;
  const width = ((bins.at(-1)?.to ?? 1) - start) / Math.max(1, bins.length);
  // A step changes half-way between two points, so a bin's point stands in its middle; one without anything
  // on either side brings the steps down to the axis.
  const data = [-1, ...bins.keys(), bins.length].map((place) => ({
    value: start + (place + 0.5) * width,
    first: first[place] ?? 0,
    second: second[place] ?? 0,
  }));
  const ticks = niceTicks(0, Math.max(0.001, ...first, ...second) * 100, 4).map((one) => one / 100);
  const [from = 0, to = 0] = [data[0]?.value, data.at(-1)?.value];
  return (
    <div>
      <div role="img" aria-label={summary}>
        <ResponsiveContainer width="100%" height={height}>
          <ComposedChart
            data={data}
            margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <XAxis
              dataKey="value"
              type="number"
              domain={[from, to]}
              ticks={niceTicks(from, to, 6).filter((one) => one >= from && one <= to)}
              tickFormatter={(value: number) => format.number(value, { maximumFractionDigits: 2 })}
              tickLine={false}
              minTickGap={12}
              tick={axisText}
            />
            <ValueAxis
              ticks={ticks}
              write={(share) =>
                format.number(share, { style: "percent", maximumFractionDigits: 1 })
              }
              width={48}
            />
            <PlotTip
              at={(value) => {
                const bin = data.findIndex((one) => one.value === value) - 1;
                return bins[bin] ? tip(bin) : null;
              }}
            />
            <Area
              dataKey="first"
              type="step"
              stroke="none"
              fillOpacity={0.5}
              isAnimationActive={false}
              activeDot={false}
              style={{ fill: seriesColor(0) }}
            />
            <Line
              dataKey="second"
              type="step"
              strokeWidth={2}
              isAnimationActive={false}
              dot={false}
              activeDot={false}
              style={{ stroke: seriesColor(1) }}
            />
            {middles.map((value, at) =>
              value === null ? null : (
                <ReferenceLine
                  // biome-ignore lint/suspicious/noArrayIndexKey: A and B keep their places
                  key={at}
                  x={value}
                  strokeWidth={2}
                  strokeDasharray={at > 0 ? "5 3" : undefined}
                  style={{ stroke: seriesColor(at) }}
                />
              ),
            )}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <div className={classes.axisName}>{axis}</div>
    </div>
  );
}
