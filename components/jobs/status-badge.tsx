"use client";

import { Badge } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClockPause,
  IconDownload,
  IconServerCog,
} from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import type { JobStatus } from "@/lib/contract/job";

const looks = {
  queued: { color: "gray", icon: IconClockPause },
  "in-progress": { color: "blue", icon: IconServerCog },
  downloading: { color: "blue", icon: IconDownload },
  completed: { color: "green", icon: IconCircleCheck },
  failed: { color: "red", icon: IconAlertTriangle },
  cancelled: { color: "gray", icon: IconBan },
} as const satisfies Record<JobStatus, { color: string; icon: typeof IconBan }>;

/** A job's status as colour, shape and word, readable without any one of the three. */
export function StatusBadge({ status, size = "md" }: { status: JobStatus; size?: "md" | "lg" }) {
  const t = useTranslations("jobs.status");
  const { color, icon: Icon } = looks[status];
  return (
    <Badge
      size={size}
      radius="sm"
      tt="none"
      fw={500}
      leftSection={<Icon size={14} stroke={1.8} aria-hidden />}
      bg={`var(--mantine-color-${color}-light)`}
      c={`light-dark(var(--mantine-color-${color}-9), var(--mantine-color-${color}-2))`}
      style={{ flexShrink: 0 }}
    >
      {t(status)}
    </Badge>
  );
}
