"use client";

import { useTranslations } from "use-intl";

/** A column's heading: translated where we know it, else its own name made readable. */
export function useColumnName(): (column: string) => string {
  const t = useTranslations("data.columns");
  return (column) => {
    if (t.has(column as never)) return t(column as never);
    const words = column.replaceAll("_", " ");
    return words.charAt(0).toUpperCase() + words.slice(1);
  };
}
