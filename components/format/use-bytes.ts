"use client";

import { useFormatter } from "use-intl";

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** 1536 → "1.5 kB", in the reader's language. */
export function useBytes(): (bytes: number) => string {
  const format = useFormatter();
  return (bytes) => {
    const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    return format.number(bytes / 1000 ** power, {
      style: "unit",
      unit: units[power],
      unitDisplay: power === 0 ? "long" : "short",
      maximumFractionDigits: power === 0 ? 0 : 1,
    });
  };
}
