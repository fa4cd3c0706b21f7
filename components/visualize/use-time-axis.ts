import { useFormatter } from "use-intl";
import { inPeriod, periodOf } from "./period";
import type { View } from "./view";

/** How the points of a chart over time are written, chosen and filter the page. */
export function useTimeAxis({ filter, zoom, set }: View) {
  const format = useFormatter();
  const month = (value: string) =>
    format.dateTime(new Date(`${value}-01T00:00:00Z`), {
      timeZone: "UTC",
      year: "numeric",
      month: "short",
    });
  return {
    /** a point's date for people */
    at: (date: string, unit: "month" | "year") =>
      unit === "month"
        ? month(date.slice(0, 7))
        : format.dateTime(new Date(`${date}T00:00:00Z`), { timeZone: "UTC", year: "numeric" }),
    /** what such a chart is asked for: all time, or what is zoomed in on */
    asked: zoom ?? { from: null, to: null },
    shown: zoom ? `${month(zoom.from)} – ${month(zoom.to)}` : null,
    filtered: filter.from !== null || filter.to !== null,
    chosen: (date: string, unit: "month" | "year") => inPeriod(date, unit, filter),
    pick: (from: string, to: string, unit: "month" | "year") => {
      const period = periodOf(from, to, unit);
      const same = period.from === filter.from && period.to === filter.to;
      set(same ? { from: null, to: null } : period);
    },
  };
}
