"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "use-intl";

/** The picture shows the longest bars; this says how many more there are and leads to all of them. */
export function MoreRows({ count, onClick }: { count: number; onClick: () => void }) {
  const t = useTranslations("visualize");
  if (count <= 0) return null;
  return (
    <Button variant="subtle" size="compact-xs" mt={6} ml={-8} onClick={onClick}>
      {t("more", { count })}
    </Button>
  );
}
