"use client";

import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { Pill } from "@/components/format/pill";
import type { ConnectionView } from "@/lib/contract/connection";

/** How the last test of a connection ended: colour, shape and word. */
export function ConnectionTestBadge({
  test,
}: {
  test: Pick<NonNullable<ConnectionView["last_test"]>, "ok"> | null;
}) {
  const t = useTranslations("connections");
  const [color, icon, word] = !test
    ? (["gray", IconCircleDashed, "test-never"] as const)
    : test.ok
      ? (["green", IconCircleCheck, "test-ok"] as const)
      : (["red", IconAlertTriangle, "test-failed"] as const);
  return (
    <Pill color={color} icon={icon}>
      {t(word)}
    </Pill>
  );
}
