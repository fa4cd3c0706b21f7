import type { ReactNode } from "react";
import { Tooltip } from "recharts";

/** What is told of the place under the pointer. @param at the words for a value of the horizontal axis; null: none */
export function PlotTip({ at }: { at: (value: number) => ReactNode }) {
  return (
    <Tooltip
      isAnimationActive={false}
      cursor={{ stroke: "var(--mantine-color-dimmed)" }}
      content={({ active, label }) => (active ? at(Number(label)) : null)}
    />
  );
}
