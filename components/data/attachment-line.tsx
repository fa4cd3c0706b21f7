"use client";

import { Anchor, Group, Text } from "@mantine/core";
import { IconDownload, IconFileOff } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { useBytes } from "@/components/format/use-bytes";
import { attachmentPath } from "@/lib/browser/data-queries";
import type { DataResource } from "@/lib/contract/data";

/** A document that a resource names: to be saved, or why it is not here. */
export function AttachmentLine({
  resource,
  attachment: { place, content_type, state, left_reason, size_bytes },
}: {
  resource: { type: string; id: string; job_id: string };
  attachment: DataResource["attachments"][number];
}) {
  const t = useTranslations("data.drawer");
  const bytes = useBytes();
  const words = { number: place + 1, type: content_type ?? t("attachment-type-unknown") };
  return state === "downloaded" ? (
    <Anchor href={attachmentPath(resource, place)} download size="sm" className="numbers">
      <Group gap={6} wrap="nowrap" component="span">
        <IconDownload size={15} aria-hidden />
        {t("attachment", { ...words, size: bytes(size_bytes) })}
      </Group>
    </Anchor>
  ) : (
    <Text c="dimmed" size="sm" component="div">
      <Group gap={6} wrap="nowrap" align="flex-start">
        <IconFileOff size={15} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
        {t(`attachment-${left_reason ?? (state === "left" ? "too-large" : state)}`, words)}
      </Group>
    </Text>
  );
}
