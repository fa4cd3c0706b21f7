"use client";

import classes from "./charts.module.css";
import { niceTicks } from "./nice-ticks";
import { seriesColor } from "./palette";

/** Milliseconds since 1970; `to`: null while it goes on, absent where it is a moment. */
export type LifeMark = { key: string; from: number; to?: number | null; label: string };
export type LifeLane = { name: string; color: number; marks: LifeMark[] };

const yearOf = (at: number) => new Date(at).getUTCFullYear();

/** What happened when, kind under kind on one axis of years; the lists below it say the same in words. */
export function LifeStrip({
  summary,
  lanes,
  until,
}: {
  summary: string;
  lanes: LifeLane[];
  /** the axis ends here: now, or the day of a death */
  until: number;
}) {
  const drawn = lanes.filter(({ marks }) => marks.length > 0);
  const first = Math.min(...drawn.flatMap(({ marks }) => marks.map(({ from }) => from)));
  const end = Math.max(until, first + 1);
  const place = (at: number) => ((Math.min(at, end) - first) / (end - first)) * 100;
  const years = niceTicks(yearOf(first), yearOf(end), 6).filter(Number.isInteger);
  const ticks = years
    .map((year) => ({ year, at: place(Date.UTC(year, 0, 1)) }))
    .filter(({ at }) => at >= 0 && at <= 97);
  return (
    <div role="img" aria-label={summary} className={classes.life}>
      {drawn.map(({ name, color, marks }) => (
        <div key={name} className={classes.lane}>
          <span className={classes.laneName}>{name}</span>
          <span className={classes.laneTrack}>
            {ticks.map(({ year, at }) => (
              <span key={year} className={classes.laneGrid} style={{ left: `${at}%` }} />
            ))}
            {marks.map(({ key, from, to, label }) => (
              <span
                key={key}
                title={label}
                className={classes.laneMark}
                data-span={to === undefined ? undefined : true}
                style={{
                  left: `${place(from)}%`,
                  width: to === undefined ? undefined : `${place(to ?? end) - place(from)}%`,
                  background: seriesColor(color),
                }}
              />
            ))}
          </span>
        </div>
      ))}
      <div className={classes.lane}>
        <span />
        <span className={classes.laneAxis}>
          {ticks.map(({ year, at }) => (
            <span key={year} style={{ left: `${at}%` }}>
              {year}
            </span>
          ))}
        </span>
      </div>
    </div>
  );
}
