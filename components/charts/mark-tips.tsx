"use client";

import { type FloatingPosition, Tooltip } from "@mantine/core";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import classes from "./charts.module.css";

/**
 * One label for the many marks of a chart (those with `data-mark`): beside the one under the pointer or with
 * the focus, gone with Escape. Nothing of it exists before; a tooltip for each mark was a quarter of what
 * the page computed.
 */
export function MarkTips({
  tip,
  position = "top",
  bare = false,
  children,
}: {
  /** what is said of a mark, by its `data-mark`; null: nothing */
  tip: (mark: string) => ReactNode;
  position?: FloatingPosition;
  /** the label brings a frame of its own */
  bare?: boolean;
  children: ReactNode;
}) {
  const [mark, setMark] = useState<HTMLElement | null>(null);
  const find = ({ target }: SyntheticEvent) =>
    setMark((target as Element).closest<HTMLElement>("[data-mark]"));
  const label = mark ? tip(mark.dataset.mark ?? "") : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches what is inside
    <div
      style={{ display: "contents" }}
      onPointerOver={find}
      onPointerLeave={() => setMark(null)}
      onPointerDown={() => setMark(null)}
      onFocus={find}
      onBlur={() => setMark(null)}
      onKeyDown={({ key }) => {
        if (key === "Escape") setMark(null);
      }}
    >
      {children}
      {mark && label !== null ? (
        <Tooltip
          opened
          target={mark}
          label={label}
          position={position}
          multiline
          maw={360}
          transitionProps={{ duration: 0 }}
          classNames={bare ? { tooltip: classes.bareTip } : undefined}
        />
      ) : null}
    </div>
  );
}
