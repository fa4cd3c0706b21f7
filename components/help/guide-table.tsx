"use client";

import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";

/** A table of a guide; where the screen is too narrow it scrolls by itself, by keyboard too. */
export function GuideTable({ children }: { children?: ReactNode }) {
  const t = useTranslations("help");
  return (
    <Table.ScrollContainer
      minWidth={680}
      type="native"
      my="sm"
      tabIndex={0}
      role="group"
      aria-label={t("table")}
    >
      <Table withTableBorder verticalSpacing="xs" fz="sm">
        {children}
      </Table>
    </Table.ScrollContainer>
  );
}
