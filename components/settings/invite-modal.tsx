"use client";

import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslations } from "use-intl";
import { z } from "zod";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useInvite } from "@/lib/browser/settings-queries";
import { Role } from "@/lib/contract/settings";
import { MadeLink } from "./made-link";

/** Makes a one-time link for a colleague and shows it this once. */
export function InviteModal({ onClose }: { onClose: () => void }) {
  const t = useTranslations("settings");
  const frame = useTranslations("frame");
  const invite = useInvite();
  const form = useForm<{ email: string; role: Role }>({
    initialValues: { email: "", role: "operator" },
    validate: {
      email: (value) =>
        z.email().safeParse(value.trim()).success ? null : t("invite.email-invalid"),
    },
  });
  const made = invite.data;
  return (
    <Modal
      opened
      onClose={onClose}
      // A click beside it must not throw away what is shown only once.
      closeOnClickOutside={!made}
      title={made ? t("invite.made-title") : t("invite.title")}
      closeButtonProps={{ "aria-label": frame("close") }}
      styles={{ title: { fontWeight: 600 } }}
    >
      {made ? (
        <MadeLink
          link={made}
          text={(at) => t("invite.made-text", { email: form.values.email.trim(), at })}
          onClose={onClose}
        />
      ) : (
        <form
          noValidate
          onSubmit={form.onSubmit(({ email, role }) =>
            invite.mutate({ email: email.trim(), role }),
          )}
        >
          <Stack>
            <Text size="sm">{t("invite.text")}</Text>
            {invite.isError ? (
              <FailureAlert failure={invite.error} title={t("invite.failed")} />
            ) : null}
            <TextInput
              label={t("invite.email")}
              type="email"
              autoComplete="off"
              data-autofocus
              {...form.getInputProps("email")}
            />
            <Select
              label={t("invite.role")}
              description={t(`role-text.${form.values.role}`)}
              allowDeselect={false}
              data={Role.options.map((role) => ({ value: role, label: frame(`role.${role}`) }))}
              {...form.getInputProps("role")}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {frame("cancel")}
              </Button>
              <Button type="submit" loading={invite.isPending}>
                {t("invite.submit")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
