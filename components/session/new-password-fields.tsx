"use client";

import { PasswordInput, Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslations } from "use-intl";
import { PasswordHint, passwordLength } from "./password-hint";

type Values = { password: string; repeat: string };

/** What a new password must be, for `validate` of a form that holds it twice. */
export function useNewPasswordRules() {
  const t = useTranslations("session.welcome");
  return {
    password: (value: string) =>
      value.length >= passwordLength
        ? null
        : t("password-short", { missing: passwordLength - value.length }),
    repeat: (value: string, values: Values) =>
      value === values.password ? null : t("repeat-differs"),
  };
}

/** A new password, how far it has come, and the same again. */
export function NewPasswordFields({
  form,
  label,
  autoFocus,
}: {
  form: Pick<UseFormReturnType<Values>, "getInputProps" | "errors" | "values">;
  label: string;
  autoFocus?: boolean;
}) {
  const t = useTranslations("session.welcome");
  const field = { autoComplete: "new-password", maxLength: 256 };
  return (
    <>
      <Stack gap={4}>
        <PasswordInput
          label={label}
          description={t("password-hint", { length: passwordLength })}
          name="new-password"
          autoFocus={autoFocus}
          {...field}
          {...form.getInputProps("password")}
        />
        {form.errors.password ? null : <PasswordHint password={form.values.password} />}
      </Stack>
      <PasswordInput
        label={t("repeat")}
        name="repeat-password"
        {...field}
        {...form.getInputProps("repeat")}
      />
    </>
  );
}
