"use client";

import { Alert, Anchor, Button, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { z } from "zod";
import { useFailureText } from "@/components/feedback/failure-text";
import { acceptInvitation } from "@/lib/browser/accept-invitation";
import type { Role } from "@/lib/contract/settings";
import { NewPasswordFields, useNewPasswordRules } from "./new-password-fields";
import { useTypedBefore } from "./use-typed-before";

/** Behind a one-time link: name and password make the account, which is signed in at once. */
export function WelcomeForm({
  token,
  role,
  email,
  name: known,
}: {
  token: string;
  role: Role;
  /** the address that the invitation names, if any */
  email: string | null;
  /** whose account gets a new password; null where the link makes one */
  name: string | null;
}) {
  const t = useTranslations("session.welcome");
  const text = useFailureText();
  const [failure, setFailure] = useState<string | null>(null);
  const [state, setState] = useState<"open" | "busy" | "made">("open");
  const form = useForm({
    initialValues: { email: email ?? "", name: known ?? "", password: "", repeat: "" },
    validate: {
      email: (value) => (z.email().safeParse(value.trim()).success ? null : t("email-invalid")),
      name: (value) => (value.trim() ? null : t("name-missing")),
      ...useNewPasswordRules(),
    },
  });
  useTypedBefore(form);

  const submit = form.onSubmit(async ({ name, password, ...values }) => {
    setState("busy");
    setFailure(null);
    try {
      const made = await acceptInvitation({ token, name, password, email: values.email.trim() });
      const answer = await signIn("credentials", {
        email: made.email,
        password,
        redirect: false,
      }).catch(() => undefined);
      if (answer?.ok) window.location.assign("/");
      else setState("made");
    } catch (error) {
      setFailure(text(error));
      setState("open");
    }
  });

  if (state === "made") {
    return (
      <Alert color="teal" icon={<IconCheck aria-hidden />} role="status">
        {t("made")} <Anchor href="/sign-in">{t("to-sign-in")}</Anchor>
      </Alert>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <div>
          <Title order={1} size="h3">
            {known === null ? t("title") : t("renew-title", { name: known })}
          </Title>
          <Text size="sm" mt={4}>
            {known === null ? t("text", { role }) : t("renew-text")}
          </Text>
        </div>
        {failure ? (
          <Alert
            color="red"
            icon={<IconAlertTriangle aria-hidden />}
            title={known === null ? t("failed") : t("renew-failed")}
            role="alert"
          >
            {failure}
          </Alert>
        ) : null}
        <TextInput
          label={t("email")}
          description={email && known === null ? t("email-fixed") : undefined}
          type="email"
          name="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          readOnly={email !== null}
          autoFocus={email === null}
          {...form.getInputProps("email")}
        />
        {known === null ? (
          <TextInput
            label={t("name")}
            description={t("name-hint")}
            name="name"
            autoComplete="name"
            maxLength={200}
            autoFocus={email !== null}
            {...form.getInputProps("name")}
          />
        ) : null}
        <NewPasswordFields form={form} label={t("password")} autoFocus={known !== null} />
        <Button type="submit" loading={state === "busy"} fullWidth mt="xs">
          {known === null ? t("submit") : t("renew-submit")}
        </Button>
      </Stack>
    </form>
  );
}
