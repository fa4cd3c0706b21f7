"use client";

import { ActionIcon, Code, CopyButton, Group, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslations } from "use-intl";

/** An id in monospace, shortened to its last characters (uuid v7 starts alike), copyable whole. */
export function ShortId({ id, whole = false }: { id: string; whole?: boolean }) {
  const t = useTranslations("frame");
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex">
      <Code title={id}>{whole || id.length <= 12 ? id : `…${id.slice(-8)}`}</Code>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t("copied") : t("copy")}>
            <ActionIcon
              size={24}
              variant="subtle"
              color={copied ? "green" : "gray"}
              onClick={(event) => {
                event.stopPropagation();
                copy();
              }}
              aria-label={`${copied ? t("copied") : t("copy")} ${id}`}
            >
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
