"use client";

import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClockPause,
  IconDownload,
  IconServerCog,
} from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { Pill } from "@/components/format/pill";
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
  const { color, icon } = looks[status];
  return (
    <Pill color={color} icon={icon} size={size}>
      {t(status)}
    </Pill>
  );
}
