"use client";

import { Badge } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/lib/contract/connection";

/** How the last test of a connection ended: colour, shape and word. */
export function ConnectionTestBadge({
  test,
}: {
  test: Pick<NonNullable<ConnectionView["last_test"]>, "ok"> | null;
}) {
  const t = useTranslations("connections");
  const [color, Icon, word] = !test
    ? (["gray", IconCircleDashed, "test-never"] as const)
    : test.ok
      ? (["green", IconCircleCheck, "test-ok"] as const)
      : (["red", IconAlertTriangle, "test-failed"] as const);
  return (
    <Badge
      radius="sm"
      tt="none"
      fw={500}
      leftSection={<Icon size={14} stroke={1.8} aria-hidden />}
      bg={`var(--mantine-color-${color}-light)`}
      c={`light-dark(var(--mantine-color-${color}-9), var(--mantine-color-${color}-2))`}
      style={{ flexShrink: 0 }}
    >
      {t(word)}
    </Badge>
  );
}
