"use client";

import { Anchor, Stack, Text, Title } from "@mantine/core";
import { useTranslations } from "use-intl";

/** A one-time link that has been used, has expired or was cut short: what to do now. */
export function InvalidLink({ firstStart }: { firstStart: boolean }) {
  const t = useTranslations("session.welcome");
  return (
    <Stack gap="sm">
      <Title order={1} size="h3">
        {t("invalid-title")}
      </Title>
      <Text>{t(firstStart ? "invalid-first" : "invalid-text")}</Text>
      <Anchor href="/sign-in">{t("to-sign-in")}</Anchor>
    </Stack>
  );
}
