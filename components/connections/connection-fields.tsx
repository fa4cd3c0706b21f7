"use client";

import {
  Button,
  Code,
  FileButton,
  PasswordInput,
  Radio,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Explained } from "@/components/help/explained";
import { Folded } from "@/components/jobs/folded";
import { Dialect } from "@/lib/contract/export-request";
import type { ConnectionValues, SignIn } from "./connection-values";

type TextField = "name" | "fhir_base_url" | "token_url" | "client_id" | "scope" | "jwks_url";

const explained = {
  fhir_base_url: "fhir-base-url",
  token_url: "token-url",
  client_id: "client-id",
  scope: "scope",
  jwks_url: "jwks",
} as const;
type Explains = keyof typeof explained;

const signIns: SignIn[] = ["smart", "made", "bearer", "none"];

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
  const { auth } = form.values;
  const text = (name: TextField, required = false) => (
    <TextInput
      label={t(name)}
      description={
        <>
          {name === "client_id" ? auth === "made" && t("client_id-made-hint") : t(`${name}-hint`)}
          {sources[name] ? (
            <Text span size="xs" display="block" fw={500}>
              {sources[name]}
            </Text>
          ) : null}
        </>
      }
      withAsterisk={required}
      rightSection={name in explained ? <Explained word={explained[name as Explains]} /> : null}
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
          {signIns.map((signIn) => (
            <Radio
              key={signIn}
              value={signIn}
              label={t(`auth-${signIn}`)}
              description={t(`auth-${signIn}-hint`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {auth === "smart" || auth === "made" ? (
        <>
          {auth === "made" ? (
            <>
              {text("jwks_url")}
              <div>
                <Text size="sm" fw={500} mb={4}>
                  {t("algorithm")}
                </Text>
                <SegmentedControl
                  aria-label={t("algorithm")}
                  data={["ES384", "RS384"]}
                  disabled={replace && form.getInitialValues().auth === "made"}
                  {...form.getInputProps("algorithm")}
                />
              </div>
            </>
          ) : null}
          {text("client_id", auth === "smart")}
          {text("token_url")}
          {text("scope")}
          {keyFacts}
          {auth === "made" || (keyFacts && !replace) ? null : (
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
      {auth === "bearer" ? (
        <PasswordInput
          label={t("bearer_token")}
          description={t(replace ? "bearer_token-replace-hint" : "bearer_token-hint")}
          withAsterisk={!replace}
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps("bearer_token")}
        />
      ) : null}
      <Folded label={t("more")}>
        <Stack gap="md">
          <Select
            label={t("dialect")}
            description={t("dialect-hint")}
            data={[
              { value: "", label: t("dialect-auto") },
              ...Dialect.options.map((value) => ({ value, label: t(`dialect-${value}`) })),
            ]}
            allowDeselect={false}
            {...form.getInputProps("dialect")}
          />
          <Textarea
            label={t("allowed_hosts")}
            description={
              <>
                {t("allowed_hosts-hint")} <Code fz="xs">files.example.org</Code>
              </>
            }
            autosize
            minRows={2}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            {...form.getInputProps("allowed_hosts")}
          />
        </Stack>
      </Folded>
    </Stack>
  );
}
