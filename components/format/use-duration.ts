"use client";

import { useFormatter } from "use-intl";

/** 95 000 ms → "1 min 35 sec", in the reader's language; the two largest units. */
export function useDuration(): (milliseconds: number) => string {
  const format = useFormatter();
  return (milliseconds) => {
    const seconds = milliseconds / 1000;
    const part = (value: number, unit: string, digits = 0) =>
      format.number(value, {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: digits,
      });
    if (seconds < 10) return part(seconds, "second", 1);
    const whole = Math.round(seconds);
    const steps: [number, string][] = [
      [86_400, "day"],
      [3_600, "hour"],
      [60, "minute"],
      [1, "second"],
    ];
    const first = steps.findIndex(([size]) => whole >= size);
    let rest = whole;
    return steps
      .slice(first, first + 2)
      .map(([size, unit]) => {
        const value = Math.floor(rest / size);
        rest -= value * size;
        return value > 0 ? part(value, unit) : "";
      })
      .filter(Boolean)
      .join(" ");
  };
}
