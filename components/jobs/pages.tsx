"use client";

import { Group, Pagination, Text } from "@mantine/core";
import { useTranslations } from "use-intl";

/** "26–50 of 311" and the pages; nothing where one page holds all. */
export function Pages({
  page,
  pageSize,
  total,
  onPage,
}: {
  page: number;
  pageSize: number;
  total: number;
  onPage: (page: number) => void;
}) {
  const t = useTranslations("jobs.page");
  if (total <= pageSize) return null;
  return (
    <Group justify="space-between" mt="md" gap="xs">
      <Text size="sm" c="dimmed" className="numbers">
        {t("of", {
          from: (page - 1) * pageSize + 1,
          to: Math.min(total, page * pageSize),
          total,
        })}
      </Text>
      <Pagination
        total={Math.ceil(total / pageSize)}
        value={page}
        onChange={onPage}
        size="sm"
        getControlProps={(control) => ({
          "aria-label": t(control === "next" || control === "last" ? "next" : "previous"),
        })}
      />
    </Group>
  );
}
