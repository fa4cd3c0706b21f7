"use client";

import { Button, FileButton, Radio, Stack, Text, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";

export type ConnectionValues = {
  name: string;
  fhir_base_url: string;
  auth: "smart" | "none";
  token_url: string;
  client_id: string;
  scope: string;
  private_key: string;
};

export const noValues: ConnectionValues = {
  name: "",
  fhir_base_url: "",
  auth: "smart",
  token_url: "",
  client_id: "",
  scope: "",
  private_key: "",
};

type TextField = "name" | "fhir_base_url" | "token_url" | "client_id" | "scope";

/**
 * The fields of a connection.
 * @param sources where each value comes from, in the words of the file, while it is unchanged
 * @param keyFacts what is known of the key there is; without it the key field is the only way in
 * @param replace the key field is for another key: empty keeps what there is
 */
export function ConnectionFields({
  form,
  sources = {},
  keyFacts,
  replace = false,
}: {
  form: UseFormReturnType<ConnectionValues>;
  sources?: Partial<Record<TextField, ReactNode>>;
  keyFacts?: ReactNode;
  replace?: boolean;
}) {
  const t = useTranslations("connections.field");
  const smart = form.values.auth === "smart";
  const text = (name: TextField, required = false) => (
    <TextInput
      label={t(name)}
      description={
        <>
          {name === "client_id" ? null : t(`${name}-hint`)}
          {sources[name] ? (
            <Text span size="xs" display="block" fw={500}>
              {sources[name]}
            </Text>
          ) : null}
        </>
      }
      withAsterisk={required}
      autoComplete="off"
      spellCheck={false}
      styles={
        name === "name"
          ? undefined
          : { input: { fontFamily: "var(--mantine-font-family-monospace)" } }
      }
      key={form.key(name)}
      {...form.getInputProps(name)}
    />
  );
  return (
    <Stack gap="md">
      {text("name")}
      {text("fhir_base_url", true)}
      <Radio.Group label={t("auth")} {...form.getInputProps("auth")}>
        <Stack gap={6} mt={6}>
          <Radio value="smart" label={t("auth-smart")} />
          <Radio value="none" label={t("auth-none")} />
        </Stack>
      </Radio.Group>
      {smart ? (
        <>
          {text("client_id", true)}
          {text("token_url")}
          {text("scope")}
          {keyFacts}
          {keyFacts && !replace ? null : (
            <div>
              <Textarea
                label={t(replace ? "private_key-replace" : "private_key")}
                description={`${t("private_key-hint")}${replace ? ` ${t("private_key-replace-hint")}` : ""}`}
                withAsterisk={!replace}
                autosize
                minRows={3}
                maxRows={8}
                autoComplete="off"
                spellCheck={false}
                styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
                {...form.getInputProps("private_key")}
              />
              <FileButton
                onChange={async (file) =>
                  file && form.setFieldValue("private_key", await file.text())
                }
                inputProps={{ "aria-label": t("private_key-file") }}
              >
                {(props) => (
                  <Button {...props} mt="xs" size="xs" variant="default">
                    {t("private_key-file")}
                  </Button>
                )}
              </FileButton>
            </div>
          )}
        </>
      ) : null}
    </Stack>
  );
}
