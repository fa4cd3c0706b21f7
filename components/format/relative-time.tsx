"use client";

import { Tooltip } from "@mantine/core";
import { useFormatter, useNow } from "use-intl";

/** "3 minutes ago", counting on; the exact time on hover and focus. */
export function RelativeTime({ at }: { at: string }) {
  const format = useFormatter();
  const now = useNow({ updateInterval: 10_000 });
  const date = new Date(at);
  return (
    <Tooltip label={format.dateTime(date, { dateStyle: "medium", timeStyle: "medium" })}>
      <time dateTime={at} suppressHydrationWarning>
        {format.relativeTime(date, now)}
      </time>
    </Tooltip>
  );
}
