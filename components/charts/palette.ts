/**
 * Eight colours for series, found by search: each at least 3:1 against the page (WCAG 2.2, 1.4.11)
 * and apart from every other also for people who see no red, green or blue. The same hues in both
 * themes, so that a class keeps its colour when the theme changes.
 */
export const palette = {
  light: ["#2034b2", "#aa5800", "#189f96", "#731f54", "#b38805", "#11648d", "#9a6bce", "#244f00"],
  dark: ["#5479f6", "#f4891e", "#97f2e1", "#c53f8a", "#f4d783", "#70c8ff", "#b187c5", "#71b983"],
} as const;

/** What the charts stand on: Mantine's page colour. */
export const background = { light: "#ffffff", dark: "#242424" } as const;

/** The colour of the n-th series (0 …) in the theme in force; past the eighth it starts again. */
export const seriesColor = (index: number): string =>
  `light-dark(${palette.light[index % 8]}, ${palette.dark[index % 8]})`;
