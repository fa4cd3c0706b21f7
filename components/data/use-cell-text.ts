"use client";

import { useFormatter, useTranslations } from "use-intl";

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/;

/** One value of a row in the reader's language: dates, numbers, yes and no, known codes. */
export function useCellText(): (
  column: string,
  value: string | number | boolean | null | undefined,
) => string {
  const t = useTranslations();
  const format = useFormatter();
  return (column, value) => {
    if (value === null || value === undefined || value === "") return "–";
    if (typeof value === "boolean") return t(value ? "frame.yes" : "frame.no");
    if (typeof value === "number") return format.number(value, { maximumFractionDigits: 3 });
    if (day.test(value))
      return format.dateTime(new Date(`${value}T00:00:00Z`), {
        dateStyle: "medium",
        timeZone: "UTC",
      });
    if (instant.test(value))
      return format.dateTime(new Date(value), { dateStyle: "medium", timeStyle: "short" });
    const words =
      column === "gender"
        ? `data.gender.${value}`
        : column === "class" || column === "class_code"
          ? `visualize.encounters.class.${value}`
          : null;
    return words && t.has(words as never) ? t(words as never) : value;
  };
}
