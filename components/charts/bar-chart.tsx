"use client";

import { Anchor, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { useFormatter } from "use-intl";
import { Link } from "@/components/frame/link";
import classes from "./charts.module.css";
import { Legend } from "./legend";
import { MarkTips } from "./mark-tips";
import { seriesColor } from "./palette";

/**
 * Horizontal bars, longest first, one or more measures a row. Text rather than drawing: long and
 * Chinese names are cut where the column ends, with the whole name on hover and focus; a row can
 * lead to what it counts.
 */
export function BarChart({
  summary,
  measures,
  rows,
  rowHeight = 28,
  longNames = false,
  longest,
}: {
  /** what the picture says, in one sentence */
  summary: string;
  measures: string[];
  rows: {
    key: string;
    name: string;
    detail?: ReactNode;
    /** null: not known */
    values: (number | null)[];
    href?: string;
  }[];
  rowHeight?: number;
  /** more room for the names than for the bars */
  longNames?: boolean;
  /** the value whose bar fills its track */
  longest: number;
}) {
  const format = useFormatter();
  return (
    <div>
      <VisuallyHidden role="img" aria-label={summary} />
      {measures.length > 1 ? (
        <Legend items={measures.map((name, color) => ({ name, color }))} />
      ) : null}
      <MarkTips
        position="top-start"
        tip={(mark) => {
          const row = rows[Number(mark)];
          return row ? (
            <>
              <div>{row.name}</div>
              {row.detail ? <div className={classes.detail}>{row.detail}</div> : null}
              {row.values.map((value, at) => (
                <div key={measures[at]}>
                  {measures[at]}: {value === null ? "–" : format.number(value)}
                </div>
              ))}
            </>
          ) : null;
        }}
      >
        <ul
          className={classes.bars}
          data-long={longNames || undefined}
          style={{ gridAutoRows: `minmax(${rowHeight}px, auto)` }}
        >
          {rows.map(({ key, name, values, href }, place) => (
            <li key={key} className={classes.row}>
              {href ? (
                <Anchor
                  component={Link}
                  href={href}
                  size="sm"
                  className={classes.name}
                  data-mark={place}
                  underline="hover"
                  c="inherit"
                >
                  {name}
                </Anchor>
              ) : (
                <span className={classes.name} data-mark={place}>
                  {name}
                </span>
              )}
              <span className={classes.tracks} aria-hidden>
                {values.map((value, at) => (
                  <span
                    key={measures[at]}
                    className={classes.bar}
                    data-none={!value || undefined}
                    style={{
                      width: `${((value ?? 0) / Math.max(1, longest)) * 100}%`,
                      background: seriesColor(at),
                    }}
                  />
                ))}
              </span>
              <span className={classes.numbers}>
                {values.map((value, at) => (
                  <span key={measures[at]}>
                    {measures.length > 1 ? <VisuallyHidden>{measures[at]} </VisuallyHidden> : null}
                    {value === null ? "–" : format.number(value)}
                  </span>
                ))}
              </span>
            </li>
          ))}
        </ul>
      </MarkTips>
    </div>
  );
}
