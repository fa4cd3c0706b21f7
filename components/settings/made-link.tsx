"use client";

import { Alert, Button, Group, Stack } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "use-intl";
import type { InviteAnswer } from "@/lib/contract/settings";
import { CopyField } from "./copy-field";

/** A one-time link, to be copied now: it is not shown again. */
export function MadeLink({
  link,
  text,
  onClose,
}: {
  link: InviteAnswer;
  /** what it is good for; `at` is when it ends */
  text: (at: string) => string;
  onClose: () => void;
}) {
  const t = useTranslations("settings.invite");
  const format = useFormatter();
  const at = format.dateTime(new Date(link.expires_at), {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return (
    <Stack>
      <Alert icon={<IconInfoCircle aria-hidden />}>{text(at)}</Alert>
      <CopyField label={t("link")} value={link.url} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{t("done")}</Button>
      </Group>
    </Stack>
  );
}
