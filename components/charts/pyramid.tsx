"use client";

import { VisuallyHidden } from "@mantine/core";
import { useFormatter } from "use-intl";
import classes from "./charts.module.css";
import { Legend } from "./legend";
import { MarkTips } from "./mark-tips";
import { seriesColor } from "./palette";
import { useArrowKeys } from "./use-arrow-keys";

/**
 * Two series back to back on one scale; further series (sex other or not
 * stated) stand in a third column that appears only where there are such patients.
 * Bars, band names and the legend can be chosen; while some are, the others are pale.
 */
export function Pyramid({
  summary,
  series,
  bands,
  barLabel,
  bandLabel,
  longest,
  further,
  onBar,
  onBand,
  onSeries,
}: {
  summary: string;
  series: { key: string; name: string; chosen: boolean }[];
  /** as they stand from top to bottom; one value and one choice a series */
  bands: { key: string; name: string; values: number[]; chosen: boolean[] }[];
  barLabel: (band: string, series: string, value: number) => string;
  bandLabel: (band: string) => string;
  /** the value whose bar fills its side */
  longest: number;
  /** are there patients of a third or fourth series? */
  further: boolean;
  onBar: (band: string, series: string) => void;
  onBand: (band: string) => void;
  onSeries: (series: string) => void;
}) {
  const format = useFormatter();
  const width = (value: number | undefined) => `${((value ?? 0) / Math.max(1, longest)) * 100}%`;
  const shown = series
    .map((one, color) => ({ ...one, color }))
    .filter(({ color }) => color < 2 || bands.some(({ values }) => values[color]));
  const chosen = bands.flatMap((band) =>
    band.chosen.flatMap((is, at) => (is && band.values[at] ? [`${band.key} ${at}`] : [])),
  );
  const anything = bands.some((band) => band.chosen.includes(true));
  const keys = useArrowKeys(chosen[0] ?? (bands[0] && `band ${bands[0].key}`));

  const side = (band: (typeof bands)[number], at: number, left: boolean) => {
    const value = band.values[at] ?? 0;
    const name = series[at]?.name ?? "";
    return (
      <button
        type="button"
        className={classes.side}
        data-left={left || undefined}
        data-pale={(anything && !band.chosen[at]) || undefined}
        data-column={at}
        data-mark={`${band.key} ${at}`}
        disabled={value === 0 && !(anything && band.chosen[at])}
        aria-pressed={anything && band.chosen[at] === true}
        aria-label={barLabel(band.name, name, value)}
        onClick={() => onBar(band.key, series[at]?.key ?? "")}
        {...keys.button(`${band.key} ${at}`)}
      >
        <span
          className={classes.pyramidBar}
          data-left={left || undefined}
          style={{ width: width(value), background: seriesColor(at) }}
        />
        <span className={classes.pyramidNumber}>
          {value ? format.number(value, { notation: "compact" }) : ""}
        </span>
      </button>
    );
  };
  const tip = (mark: string) => {
    const [key, at] = mark.split(" ");
    const band = bands.find((one) => one.key === key);
    return band
      ? barLabel(band.name, series[Number(at)]?.name ?? "", band.values[Number(at)] ?? 0)
      : null;
  };

  return (
    <div>
      <VisuallyHidden role="img" aria-label={summary} />
      <Legend
        items={shown.map(({ key, name, color, chosen }) => ({
          name,
          color,
          chosen,
          onClick: () => onSeries(key),
        }))}
      />
      <MarkTips tip={tip}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
        <div
          role="group"
          aria-label={summary}
          className={classes.pyramid}
          data-further={further || undefined}
          {...keys.group}
        >
          {bands.map((band) => (
            <div key={band.key} className={classes.pyramidRow}>
              {side(band, 0, true)}
              <button
                type="button"
                className={classes.band}
                data-column="band"
                data-chosen={band.chosen.includes(true) || undefined}
                aria-pressed={band.chosen.includes(true)}
                aria-label={bandLabel(band.name)}
                onClick={() => onBand(band.key)}
                {...keys.button(`band ${band.key}`)}
              >
                {band.name}
              </button>
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
      </MarkTips>
    </div>
  );
}
