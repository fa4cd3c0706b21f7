"use client";

import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { signInRefusal } from "./sign-in-refusal";
import { useTypedBefore } from "./use-typed-before";

/** E-mail and password. A refusal says so without telling which accounts exist. */
export function SignInForm({
  back,
  firstStart,
}: {
  /** a path on this site, where to go afterwards */
  back: string;
  /** nobody has an account yet */
  firstStart: boolean;
}) {
  const t = useTranslations("session.sign-in");
  const text = useFailureText();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: {
      email: (value) => (value.trim() ? null : t("email-missing")),
      password: (value) => (value ? null : t("password-missing")),
    },
  });
  useTypedBefore(form);

  const submit = form.onSubmit(async (values) => {
    setBusy(true);
    setFailure(null);
    try {
      const answer = await signIn("credentials", { ...values, redirect: false });
      if (answer?.ok) {
        // The whole page anew: everything that was rendered for a stranger goes.
        window.location.assign(back);
        return;
      }
      setFailure(text(signInRefusal(answer?.error ?? "")));
      form.setFieldValue("password", "");
      password.current?.focus();
    } catch {
      setFailure(text(undefined));
    }
    setBusy(false);
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Title order={1} size="h3">
          {t("title")}
        </Title>
        {firstStart ? (
          <Alert icon={<IconInfoCircle aria-hidden />} title={t("first-start")}>
            {t("first-start-text")}
          </Alert>
        ) : null}
        {failure ? (
          <Alert
            color="red"
            icon={<IconAlertTriangle aria-hidden />}
            title={t("failed")}
            role="alert"
          >
            {failure}
          </Alert>
        ) : null}
        <TextInput
          label={t("email")}
          type="email"
          name="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          data-autofocus
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={t("password")}
          name="password"
          autoComplete="current-password"
          ref={password}
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={busy} fullWidth mt="xs">
          {t("submit")}
        </Button>
        {firstStart ? null : (
          <Text size="xs" ta="center" c="dimmed">
            {t("no-account")}
          </Text>
        )}
      </Stack>
    </form>
  );
}
