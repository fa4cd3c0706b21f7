"use client";

import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import classes from "./charts.module.css";
import { MarkTips } from "./mark-tips";
import { useArrowKeys } from "./use-arrow-keys";

/**
 * What lies over a plot with time on its x axis and makes its columns buttons: a click or Enter
 * chooses one, drawing the pointer across (or Shift) chooses from one to another. While some are
 * chosen, a veil makes the others pale.
 */
export function PlotColumns({
  columns,
  tip,
  inset,
  ends = "band",
  label,
  filtered,
  onPick,
}: {
  columns: { key: string; name: string; chosen: boolean }[];
  /** what is told of the column at a place */
  tip: (place: number) => ReactNode;
  /** the axes' room around the plot, in pixels */
  inset: { left: number; right: number; top: number; bottom: number };
  /** "point": the first and the last column are cut in half by the edges, as in a chart of lines */
  ends?: "band" | "point";
  /** what the columns are, for who does not see them */
  label: string;
  /** is anything chosen, be it outside these columns? */
  filtered: boolean;
  /** places in `columns`, the first not after the last */
  onPick: (from: number, to: number) => void;
}) {
  const area = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<[number, number] | null>(null);
  const chosen = columns.flatMap((column, at) => (column.chosen ? [at] : []));
  const keys = useArrowKeys(columns[chosen[0] ?? columns.length - 1]?.key);

  const under = ({ clientX }: PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    if (!box || columns.length < 2) return 0;
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    return ends === "point"
      ? Math.round(share * (columns.length - 1))
      : Math.min(columns.length - 1, Math.floor(share * columns.length));
  };
  const span = ([one, other]: [number, number]) =>
    [Math.min(one, other), Math.max(one, other)] as const;
  const drawn = brush && brush[0] !== brush[1] ? span(brush) : null;
  const isChosen = (at: number, column: { chosen: boolean }) =>
    drawn ? at >= drawn[0] && at <= drawn[1] : column.chosen;
  const anything = drawn !== null || filtered;

  return (
    <MarkTips tip={(mark) => (drawn ? null : tip(Number(mark)))} position="right" bare>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <div
        ref={area}
        role="group"
        aria-label={label}
        className={classes.columns}
        style={inset}
        onPointerDown={(event) => {
          if (event.button === 0) setBrush([under(event), under(event)]);
        }}
        onPointerMove={(event) => {
          if (brush) setBrush([brush[0], under(event)]);
        }}
        onPointerUp={() => {
          if (drawn) onPick(drawn[0], drawn[1]);
          setBrush(null);
        }}
        onPointerCancel={() => setBrush(null)}
        onPointerLeave={() => setBrush(null)}
        {...keys.group}
      >
        {columns.map((column, at) => (
          <button
            key={column.key}
            type="button"
            className={classes.column}
            data-mark={at}
            data-pale={(anything && !isChosen(at, column)) || undefined}
            style={
              ends === "point" && columns.length > 1 && (at === 0 || at === columns.length - 1)
                ? { flexGrow: 0.5 }
                : undefined
            }
            aria-pressed={column.chosen}
            aria-label={column.name}
            onClick={(event) => {
              const [first] = chosen;
              if (event.shiftKey && first !== undefined) onPick(...span([first, at]));
              else onPick(at, at);
            }}
            {...keys.button(column.key)}
          />
        ))}
      </div>
    </MarkTips>
  );
}
