"use client";

import { Button } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Link } from "@/components/frame/link";
import { EmptyState } from "./empty-state";

/**
 * An address that leads nowhere: says so and leads back.
 * @param children what is not there, where that is known
 */
export function NotFound({ children }: { children?: ReactNode }) {
  const t = useTranslations("frame");
  return (
    <EmptyState
      icon={<IconMapQuestion size={24} />}
      title={t("not-found-title")}
      order={1}
      action={
        <Button component={Link} href="/" variant="default">
          {t("go-overview")}
        </Button>
      }
    >
      {children}
      {children ? <br /> : null}
      {t("not-found-text")}
    </EmptyState>
  );
}
