"use client";

import { Paper, Text } from "@mantine/core";
import classes from "./charts.module.css";
import { seriesColor } from "./palette";

/** What stands under the pointer: a heading and one line a series. */
export function ChartTooltip({
  heading,
  lines,
}: {
  heading: string;
  lines: { name: string; value: string; color?: number }[];
}) {
  return (
    <Paper withBorder shadow="md" px="sm" py={6} className={classes.tip}>
      <Text size="sm" fw={600}>
        {heading}
      </Text>
      {lines.map(({ name, value, color }) => (
        <div key={name} className={classes.tipLine}>
          {color === undefined ? (
            <span />
          ) : (
            <span className={classes.mark} style={{ background: seriesColor(color) }} aria-hidden />
          )}
          <span>{name}</span>
          <span className={classes.tipValue}>{value}</span>
        </div>
      ))}
    </Paper>
  );
}
