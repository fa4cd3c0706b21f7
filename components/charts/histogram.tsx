"use client";

import { Tooltip } from "@mantine/core";
import { useFormatter } from "use-intl";
import classes from "./charts.module.css";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";

/** How often which values occur, with lines at the figures that describe them. */
export function Histogram({
  summary,
  bins,
  marks,
  binLabel,
  axis,
  height,
}: {
  summary: string;
  bins: { from: number; to: number; count: number }[];
  /** lines across the picture: mean, median, percentiles */
  marks: { name: string; value: number | null; look: "strong" | "dashed" | "dotted" }[];
  binLabel: (bin: { from: number; to: number; count: number }) => string;
  /** name and unit of the values */
  axis: string;
  height: number;
}) {
  const format = useFormatter();
  const first = bins[0]?.from ?? 0;
  const last = bins.at(-1)?.to ?? 1;
  // Where all values are the same there is one bar of no width: it stands in the middle.
  const alone = last <= first;
  const [from, to] = alone ? [first - 0.5, first + 0.5] : [first, last];
  const range = to - from;
  const ticks = niceTicks(0, Math.max(1, ...bins.map(({ count }) => count)), 4);
  const top = ticks.at(-1) ?? 1;
  const at = (value: number) => `${Math.min(100, Math.max(0, ((value - from) / range) * 100))}%`;
  const labels = niceTicks(from, to, 6).filter((tick) => tick >= from && tick <= to);
  return (
    <div role="img" aria-label={summary}>
      <div className={classes.plot} style={{ height }}>
        <div className={classes.yAxis} aria-hidden>
          {ticks.map((tick) => (
            <span key={tick} style={{ bottom: `${(tick / top) * 100}%` }}>
              {format.number(tick, { notation: "compact" })}
            </span>
          ))}
        </div>
        <div className={classes.area}>
          {ticks.map((tick) => (
            <span
              key={tick}
              className={classes.grid}
              style={{ bottom: `${(tick / top) * 100}%` }}
              data-base={tick === 0 || undefined}
            />
          ))}
          <div className={classes.bins}>
            {bins.map((bin) => (
              <Tooltip.Floating key={bin.from} label={binLabel(bin)}>
                <span
                  className={classes.bin}
                  style={
                    alone
                      ? { flex: "0 0 3rem", marginInline: "auto" }
                      : { flexGrow: bin.to - bin.from }
                  }
                >
                  <span
                    style={{ height: `${(bin.count / top) * 100}%`, background: seriesColor(0) }}
                  />
                </span>
              </Tooltip.Floating>
            ))}
          </div>
          {marks.map(({ name, value, look }) =>
            value === null ? null : (
              <span
                key={name}
                className={classes.markLine}
                data-look={look}
                style={{
                  left: at(value),
                  ...(look === "strong" ? { color: seriesColor(1) } : {}),
                }}
              />
            ),
          )}
        </div>
      </div>
      <div className={classes.xAxis} aria-hidden>
        {labels.map((tick) => (
          <span key={tick} style={{ left: at(tick) }}>
            {format.number(tick, { maximumFractionDigits: 2 })}
          </span>
        ))}
      </div>
      <div className={classes.axisName}>{axis}</div>
    </div>
  );
}
