import { CartesianGrid, YAxis } from "recharts";
import { axisText } from "./axis-text";

/**
 * The axis of the values and its lines across the plot, from the first tick to the last.
 * @param width px that the labels get; a plot's parts that lie over it begin there
 */
export function ValueAxis({
  ticks,
  write,
  width,
}: {
  ticks: number[];
  write: (value: number) => string;
  width: number;
}) {
  return (
    <>
      <CartesianGrid vertical={false} stroke="var(--mantine-color-default-border)" />
      <YAxis
        domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
        ticks={ticks}
        tickFormatter={write}
        tickLine={false}
        axisLine={false}
        width={width}
        tick={axisText}
      />
    </>
  );
}
