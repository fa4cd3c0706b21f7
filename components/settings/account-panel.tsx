"use client";

import { Button, Card, PasswordInput, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { signIn } from "next-auth/react";
import { useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { NewPasswordFields, useNewPasswordRules } from "@/components/session/new-password-fields";
import { useChangePassword } from "@/lib/browser/settings-queries";
import type { Role } from "@/lib/contract/settings";
import { Facts } from "./facts";

export type Account = { email: string; name: string; role: Role };

/** Who one is here, and a new password for the one that one has. */
export function AccountPanel({ account: { email, name, role } }: { account: Account }) {
  const t = useTranslations("settings.account");
  const frame = useTranslations("frame");
  const change = useChangePassword();
  const form = useForm({
    initialValues: { current: "", password: "", repeat: "" },
    validate: {
      current: (value) => (value ? null : t("current-missing")),
      ...useNewPasswordRules(),
    },
  });

  const submit = form.onSubmit(({ current, password }) =>
    change.mutate(
      { current_password: current, password },
      {
        async onSuccess() {
          form.reset();
          // The session ended with the old password; this browser goes on with the new one.
          const answer = await signIn("credentials", { email, password, redirect: false }).catch(
            () => undefined,
          );
          if (!answer?.ok) return window.location.assign("/sign-in");
          notifications.show({ color: "green", title: t("made"), message: t("made-text") });
        },
      },
    ),
  );

  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t("text")}
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <Facts
          title={t("title")}
          rows={[
            [t("name"), name],
            [t("email"), email],
            [t("role"), frame(`role.${role}`)],
          ]}
        />
        <Card withBorder padding="md">
          <Title order={2} size="h5" mb={4}>
            {t("password-title")}
          </Title>
          <Text size="sm" c="dimmed" mb="md">
            {t("password-text")}
          </Text>
          <form onSubmit={submit} noValidate>
            <Stack gap="sm">
              {change.isError ? <FailureAlert failure={change.error} title={t("failed")} /> : null}
              {/* Whose password it is, for who keeps passwords. */}
              <input
                type="text"
                name="email"
                autoComplete="username"
                value={email}
                readOnly
                hidden
              />
              <PasswordInput
                label={t("current")}
                name="current-password"
                autoComplete="current-password"
                maxLength={256}
                {...form.getInputProps("current")}
              />
              <NewPasswordFields form={form} label={t("new")} />
              <Button type="submit" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
                {t("submit")}
              </Button>
            </Stack>
          </form>
        </Card>
      </SimpleGrid>
    </Stack>
  );
}
