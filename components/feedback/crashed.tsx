"use client";

import { Button, Group } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { EmptyState } from "./empty-state";

/** A page that failed to render: try again, and where to look if it stays. */
export function Crashed({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations("frame");
  useEffect(() => console.error(error), [error]);
  return (
    <EmptyState
      icon={<IconAlertTriangle size={24} />}
      title={t("crashed-title")}
      order={1}
      action={
        <Group justify="center">
          <Button onClick={reset}>{t("try-again")}</Button>
          {/* A full load: what failed may be the part that stays between pages. */}
          <Button component="a" href="/" variant="default">
            {t("go-overview")}
          </Button>
        </Group>
      }
    >
      {/* The server's failures carry a digest, the browser's own only their name. */}
      {t("crashed-text", { reference: error.digest ?? error.name })}
    </EmptyState>
  );
}
