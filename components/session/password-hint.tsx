"use client";

import { Group, Progress, Text } from "@mantine/core";
import { useTranslations } from "use-intl";

export const passwordLength = 12;

/** How far a new password has come. Length is what counts: no rules about signs and digits. */
export function PasswordHint({ password }: { password: string }) {
  const t = useTranslations("session.welcome");
  const missing = passwordLength - password.length;
  const strong = password.length >= 20 && new Set(password).size >= 8;
  return (
    <Group gap="xs" wrap="nowrap" mih={20}>
      <Progress
        w={72}
        size="sm"
        value={Math.min(100, (password.length / 20) * 100)}
        color={missing > 0 ? "orange" : strong ? "teal" : "indigo"}
        aria-hidden
      />
      <Text size="xs" aria-live="polite">
        {password === ""
          ? null
          : missing > 0
            ? t("password-short", { missing })
            : strong
              ? t("password-strong")
              : t("password-fair")}
      </Text>
    </Group>
  );
}
