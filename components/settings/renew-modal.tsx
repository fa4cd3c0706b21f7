"use client";

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useInviteAgain } from "@/lib/browser/settings-queries";
import type { PersonView } from "@/lib/contract/settings";
import { MadeLink } from "./made-link";

/** For who has forgotten the password: makes a one-time link that sets a new one. */
export function RenewModal({ person, onClose }: { person: PersonView; onClose: () => void }) {
  const t = useTranslations("settings.renew");
  const frame = useTranslations("frame");
  const renew = useInviteAgain();
  const { email, name } = person;
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={!renew.data}
      title={t("title", { name })}
      closeButtonProps={{ "aria-label": frame("close") }}
      styles={{ title: { fontWeight: 600 } }}
    >
      {renew.data ? (
        <MadeLink
          link={renew.data}
          text={(at) => t("made-text", { email, at })}
          onClose={onClose}
        />
      ) : (
        <Stack>
          <Text size="sm">{t("text", { email })}</Text>
          {renew.isError ? <FailureAlert failure={renew.error} title={t("failed")} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {frame("cancel")}
            </Button>
            <Button
              loading={renew.isPending}
              onClick={() => renew.mutate(person.user_id)}
              data-autofocus
            >
              {t("submit")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
