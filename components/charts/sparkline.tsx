"use client";

import classes from "./charts.module.css";
import { seriesColor } from "./palette";

/** milliseconds since 1970, value */
type Point = [at: number, value: number];

/**
 * A line as small as a word, with the reference range as a band and a dot at the newest value. Without
 * axes: the number, its unit and its day stand beside it in words.
 */
export function Sparkline({
  lines,
  range,
  height = 40,
}: {
  lines: Point[][];
  range: { low: number | null; high: number | null } | null;
  height?: number;
}) {
  const all = lines.flat();
  const ats = all.map(([at]) => at);
  const values = all.map(([, value]) => value);
  const bounds = [range?.low, range?.high].filter((one) => typeof one === "number");
  const first = Math.min(...ats);
  const last = Math.max(...ats);
  const lowest = Math.min(...values, ...bounds);
  const highest = Math.max(...values, ...bounds);
  const x = (at: number) => (last > first ? ((at - first) / (last - first)) * 100 : 100);
  // Inside of the edges, where a line's own width would be cut.
  const y = (value: number) =>
    highest > lowest ? 92 - ((value - lowest) / (highest - lowest)) * 84 : 50;
  const top = range ? y(range.high ?? highest) : 0;
  return (
    <div className={classes.spark} style={{ height }} aria-hidden>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">
        <title>{null}</title>
        {range ? (
          <rect
            x={0}
            width={100}
            y={top}
            height={Math.max(1, y(range.low ?? lowest) - top)}
            className={classes.sparkRange}
          />
        ) : null}
        {lines.map((points, line) => (
          <polyline
            // biome-ignore lint/suspicious/noArrayIndexKey: a panel's parts keep their order
            key={line}
            points={points.map(([at, value]) => `${x(at)},${y(value)}`).join(" ")}
            className={classes.sparkLine}
            style={{ stroke: seriesColor(line) }}
          />
        ))}
      </svg>
      {lines.map((points, line) => {
        const newest = points.at(-1);
        return newest ? (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a panel's parts keep their order
            key={line}
            className={classes.sparkDot}
            style={{
              left: `${x(newest[0])}%`,
              top: `${y(newest[1])}%`,
              background: seriesColor(line),
            }}
          />
        ) : null;
      })}
    </div>
  );
}
