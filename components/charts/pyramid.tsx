"use client";

import { Tooltip } from "@mantine/core";
import { useFormatter } from "use-intl";
import classes from "./charts.module.css";
import { Legend } from "./legend";
import { seriesColor } from "./palette";

/**
 * Two series back to back on one scale; further series (sex other or not
 * stated) stand in a third column that appears only where there are such patients.
 */
export function Pyramid({
  summary,
  series,
  bands,
  barLabel,
}: {
  summary: string;
  series: { key: string; name: string }[];
  /** as they stand from top to bottom; one value a series */
  bands: { name: string; values: number[] }[];
  barLabel: (band: string, series: string, value: number) => string;
}) {
  const format = useFormatter();
  const longest = Math.max(1, ...bands.flatMap(({ values }) => values));
  const further = series.slice(2).some((_, at) => bands.some(({ values }) => values[at + 2]));
  const width = (value: number | undefined) => `${((value ?? 0) / longest) * 100}%`;
  const shown = series
    .map((one, color) => ({ ...one, color }))
    .filter(({ color }) => color < 2 || bands.some(({ values }) => values[color]));

  const side = (band: { name: string; values: number[] }, at: number, left: boolean) => (
    <Tooltip.Floating label={barLabel(band.name, series[at]?.name ?? "", band.values[at] ?? 0)}>
      <span className={classes.side} data-left={left || undefined}>
        <span
          className={classes.pyramidBar}
          data-left={left || undefined}
          style={{ width: width(band.values[at]), background: seriesColor(at) }}
        />
        <span className={classes.pyramidNumber}>
          {band.values[at] ? format.number(band.values[at], { notation: "compact" }) : ""}
        </span>
      </span>
    </Tooltip.Floating>
  );

  return (
    <div role="img" aria-label={summary}>
      <Legend items={shown} />
      <div className={classes.pyramid} data-further={further || undefined}>
        {bands.map((band) => (
          <div key={band.name} className={classes.pyramidRow}>
            {side(band, 0, true)}
            <span className={classes.band}>{band.name}</span>
            {side(band, 1, false)}
            {further ? (
              <span className={classes.further}>
                {series
                  .slice(2)
                  .map((one, at) =>
                    band.values[at + 2] ? (
                      <span key={one.key}>{side(band, at + 2, false)}</span>
                    ) : null,
                  )}
              </span>
            ) : null}
          </div>
        ))}
      </div>
    </div>
  );
}
