import { createTheme } from "@mantine/core";

/** One accent, five sizes, one family with tabular figures; Chinese glyphs from a packaged font. */
export const theme = createTheme({
  primaryColor: "indigo",
  // White on shade 5 has a contrast of 3.7, on shade 7 of 5.0.
  primaryShade: 7,
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: "var(--bulkhouse-font)",
  fontFamilyMonospace:
    "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace, 'Noto Sans SC Variable'",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: { fontWeight: "600" },
  components: {
    // Lists of choices are drawn when they are opened: kept in the page, closed, the filters of Visualize were
    // a quarter of its first rendering.
    Combobox: { defaultProps: { keepMounted: false } },
    Tooltip: {
      defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } },
    },
    // A dialog's header is none of the page's: without the role it counts as a second banner.
    Modal: { defaultProps: { centered: true, attributes: { header: { role: "presentation" } } } },
    Drawer: { defaultProps: { attributes: { header: { role: "presentation" } } } },
    Notification: { styles: { description: { color: "var(--mantine-color-dimmed)" } } },
  },
});
