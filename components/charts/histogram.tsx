"use client";

import { VisuallyHidden } from "@mantine/core";
import { useFormatter } from "use-intl";
import { Link } from "@/components/frame/link";
import classes from "./charts.module.css";
import { MarkTips } from "./mark-tips";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";
import { useArrowKeys } from "./use-arrow-keys";

type Bin = { from: number; to: number; count: number; href?: string };

/**
 * How often which values occur, with lines at the figures that describe them. A bar can lead to the
 * values that it counts.
 */
export function Histogram({
  summary,
  bins,
  marks,
  binLabel,
  axis,
  height,
}: {
  summary: string;
  bins: Bin[];
  /** lines across the picture: mean, median, percentiles */
  marks: { name: string; value: number | null; look: "strong" | "dashed" | "dotted" }[];
  binLabel: (bin: Bin) => string;
  /** name and unit of the values */
  axis: string;
  height: number;
}) {
  const format = useFormatter();
  const [first, last] = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 0];
  const place = (value: number) => `${((value - from) / range) * 100}%`;
  // Where all values are the same there is one bar of no width: it stands in the middle.
  const alone = last <= first;
  const [from, to] = alone ? [first - 0.5, first + 0.5] : [first, last];
  const range = to - from;
  const ticks = niceTicks(0, Math.max(1, ...bins.map(({ count }) => count)), 4);
  const top = ticks.at(-1) ?? 1;
  const at = (value: number) => `${Math.min(100, Math.max(0, ((value - from) / range) * 100))}%`;
  const labels = niceTicks(from, to, 6).filter((tick) => tick >= from && tick <= to);
  const keys = useArrowKeys(bins.find(({ count }) => count > 0)?.from.toString());
  const barOf = ({ count }: Bin) => (
    <span style={{ height: `${(count / top) * 100}%`, background: seriesColor(0) }} />
  );
  return (
    <div>
      <VisuallyHidden role="img" aria-label={summary} />
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
          <MarkTips
            tip={(mark) => {
              const bin = bins[Number(mark)];
              return bin ? binLabel(bin) : null;
            }}
            position="right"
          >
            <div className={classes.bins} {...keys.group}>
              {bins.map((bin, at) => {
                const style = alone
                  ? { left: "calc(50% - 1.5rem)", width: "3rem" }
                  : { left: place(bin.from), width: `${((bin.to - bin.from) / range) * 100}%` };
                return bin.href && bin.count > 0 ? (
                  <Link
                    key={bin.from}
                    href={bin.href}
                    className={classes.bin}
                    style={style}
                    data-mark={at}
                    aria-label={binLabel(bin)}
                    {...keys.button(String(bin.from))}
                  >
                    {barOf(bin)}
                  </Link>
                ) : (
                  <span key={bin.from} className={classes.bin} style={style} data-mark={at}>
                    {barOf(bin)}
                  </span>
                );
              })}
            </div>
          </MarkTips>
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
