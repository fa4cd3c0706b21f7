"use client";

import { Group, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockPause,
  IconDatabaseImport,
  IconDownload,
  IconFileCheck,
} from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import type { FileState } from "@/lib/contract/job";

const looks = {
  pending: { color: "gray", icon: IconClockPause },
  downloading: { color: "blue", icon: IconDownload },
  downloaded: { color: "blue", icon: IconFileCheck },
  loading: { color: "blue", icon: IconDatabaseImport },
  loaded: { color: "green", icon: IconCircleCheck },
  failed: { color: "red", icon: IconAlertTriangle },
} as const satisfies Record<FileState, { color: string; icon: typeof IconDownload }>;

/** A file's state: a coloured shape and a word. */
export function FileStateBadge({ state }: { state: FileState }) {
  const t = useTranslations("jobs.detail.file-state");
  const { color, icon: Icon } = looks[state];
  return (
    <Group gap={6} wrap="nowrap">
      <Icon
        size={16}
        stroke={1.8}
        aria-hidden
        color={`light-dark(var(--mantine-color-${color}-7), var(--mantine-color-${color}-4))`}
      />
      <Text size="sm">{t(state)}</Text>
    </Group>
  );
}
