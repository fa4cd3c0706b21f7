"use client";

import { ActionIcon, Group, Select, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "use-intl";

/** The API pages this far; past it a narrower search finds more than paging does. */
const lastPage = 1_000;

/** "26–50 of 12,345", or without the total where counting would read too much. */
export function Pager({
  page,
  pageSize,
  shown,
  total,
  more,
  onChange,
}: {
  page: number;
  pageSize: number;
  shown: number;
  total: number | null;
  more: boolean;
  onChange: (page: number, pageSize: number) => void;
}) {
  const t = useTranslations("data");
  const format = useFormatter();
  const from = format.number((page - 1) * pageSize + 1);
  const to = format.number((page - 1) * pageSize + shown);
  return (
    <Group justify="space-between" gap="sm" mt="sm">
      <Group gap="xs">
        <Text size="sm" c="dimmed" id="page-size-label">
          {t("page-size")}
        </Text>
        <Select
          size="xs"
          w={76}
          data={["25", "50", "100"]}
          value={String(pageSize)}
          onChange={(size) => onChange(1, Number(size))}
          allowDeselect={false}
          aria-labelledby="page-size-label"
        />
      </Group>
      <Group gap="xs">
        <Text size="sm" c="dimmed" className="numbers" role="status">
          {total === null
            ? t("range-open", { from, to })
            : t("range", { from, to, total: format.number(total) })}
        </Text>
        <ActionIcon
          variant="default"
          disabled={page <= 1}
          onClick={() => onChange(page - 1, pageSize)}
          aria-label={t("previous")}
        >
          <IconChevronLeft size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          disabled={!more || page >= lastPage}
          onClick={() => onChange(page + 1, pageSize)}
          aria-label={t("next")}
        >
          <IconChevronRight size={16} aria-hidden />
        </ActionIcon>
      </Group>
      {more && page >= lastPage ? (
        <Text size="sm" c="dimmed" w="100%">
          {t("range-last", { count: format.number(lastPage * pageSize) })}
        </Text>
      ) : null}
    </Group>
  );
}
