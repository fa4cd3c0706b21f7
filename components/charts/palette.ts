/**
 * Eight colours for series, found by search: each at least 3:1 against the page (WCAG 2.2, 1.4.11)
 * and apart from every other also for people who see no red, green or blue. The same hues in both
 * themes, so that a class keeps its colour when the theme changes.
 */
export const palette = {
  light: ["#3a59cf", "#db6d17", "#23a18c", "#963d7c", "#7d660c", "#3d83a9", "#572b7a", "#044d00"],
  dark: ["#5f84fa", "#fb9644", "#4dd4c9", "#cd578b", "#a98038", "#07acdd", "#9456be", "#9ef1a6"],
} as const;

/** What the charts stand on: Mantine's page colour. */
export const background = { light: "#ffffff", dark: "#242424" } as const;

/** The colour of the n-th series (0 …) in the theme in force; past the eighth it starts again. */
export const seriesColor = (index: number): string =>
  `light-dark(${palette.light[index % 8]}, ${palette.dark[index % 8]})`;
