/** How the labels of an axis are written: `tick` of recharts' axes. */
export const axisText = { style: { fill: "var(--mantine-color-dimmed)", fontSize: 12 } };
