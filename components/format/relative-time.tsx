"use client";

import { Tooltip } from "@mantine/core";
import { useFormatter } from "use-intl";
import { useClock } from "./use-clock";

/** "3 minutes ago", counting on; the exact time on hover and focus. */
export function RelativeTime({ at }: { at: string }) {
  const format = useFormatter();
  // Ticks the text on; the time itself is read afresh, so that what came after the last tick is not in the future.
  useClock(10_000);
  const date = new Date(at);
  return (
    <Tooltip label={format.dateTime(date, { dateStyle: "medium", timeStyle: "medium" })}>
      <time dateTime={at} suppressHydrationWarning>
        {format.relativeTime(date, Date.now())}
      </time>
    </Tooltip>
  );
}
