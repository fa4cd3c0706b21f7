"use client";

import { Code, Group, Paper, Text, ThemeIcon, Tooltip } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { KeyFacts as Facts } from "@/lib/contract/connection";

/** All that is ever shown of a private key: kind, algorithm, kid and fingerprint. */
export function KeyFacts({ facts, source }: { facts: Facts; source?: ReactNode }) {
  const t = useTranslations("connections.key");
  return (
    <Paper withBorder radius="md" p="sm">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <ThemeIcon variant="light" size={34} radius="md" aria-hidden>
          <IconKey size={18} />
        </ThemeIcon>
        <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
          <Text size="sm" fw={600}>
            {t("title")}: {facts.kind} · {facts.algorithm}
            {source ? (
              <Text span size="xs" c="dimmed" fw={400}>
                {" "}
                {source}
              </Text>
            ) : null}
          </Text>
          <Text size="xs" c="dimmed">
            {t("key_id")} <Code fz="xs">{facts.key_id}</Code>
          </Text>
          {facts.thumbprint !== facts.key_id ? (
            <Tooltip label={t("thumbprint-hint")} multiline maw={320}>
              <Text size="xs" c="dimmed" w="fit-content">
                {t("thumbprint")} <Code fz="xs">{facts.thumbprint}</Code>
              </Text>
            </Tooltip>
          ) : null}
        </div>
      </Group>
    </Paper>
  );
}
