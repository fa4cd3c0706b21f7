"use client";

import { Anchor, Button, Group, List, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconArrowLeft } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useFailureText } from "@/components/feedback/failure-text";
import { Notice } from "@/components/feedback/notice";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { recogniseConfig, useCreateConnection } from "@/lib/browser/connections-queries";
import { handedConfig } from "@/lib/browser/handed-config";
import type { RecognisedConfig } from "@/lib/contract/connection";
import { ConfigDrop } from "./config-drop";
import { ConnectionFields } from "./connection-fields";
import { bodyOf, type ConnectionValues, noValues } from "./connection-values";
import { KeyFacts } from "./key-facts";

type Found = { text: string; config: RecognisedConfig };

/** Drop, paste or type → look at what was recognised → save; the connection's page then tests itself. */
export function NewConnection() {
  const t = useTranslations("connections");
  const [found, setFound] = useState<Found | "by-hand" | null>(null);
  const [pasting, setPasting] = useState(false);
  const [pasted, setPasted] = useState("");
  const recognise = useMutation({
    mutationFn: async (text: string): Promise<Found> => ({
      text,
      config: await recogniseConfig(text),
    }),
    onSuccess: setFound,
    // The text holds a private key: nothing of it stays in the cache.
    gcTime: 0,
  });
  const { mutate } = recognise;
  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    const handed = handedConfig.take();
    if (handed) mutate(handed);
  }, [mutate]);
  // Dropped while this page is open, whatever it shows: the newest file is the one that is meant.
  useEffect(
    () =>
      handedConfig.onGiven(() => {
        const handed = handedConfig.take();
        if (!handed) return;
        setFound(null);
        mutate(handed);
      }),
    [mutate],
  );

  return (
    <>
      <Anchor component={Link} href="/connections" size="sm" mb="xs" display="inline-block">
        <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {t("create.back")}
      </Anchor>
      <PageHeader title={t("create.title")}>{t("create.lead")}</PageHeader>
      <Stack maw={760} gap="lg">
        {found === null ? (
          <>
            <ConfigDrop
              onText={(text) => mutate(text)}
              loading={recognise.isPending}
              more={
                <>
                  <Button
                    variant="default"
                    aria-expanded={pasting}
                    onClick={(event) => {
                      event.stopPropagation();
                      setPasting(!pasting);
                    }}
                  >
                    {t("drop.paste")}
                  </Button>
                  <Button
                    variant="default"
                    onClick={(event) => {
                      event.stopPropagation();
                      setFound("by-hand");
                    }}
                  >
                    {t("drop.hand")}
                  </Button>
                </>
              }
            />
            {recognise.isError ? (
              <FailureAlert failure={recognise.error} title={t("create.not-recognised")} />
            ) : null}
            {pasting ? (
              <form
                onSubmit={(event) => {
                  event.preventDefault();
                  if (pasted.trim()) mutate(pasted);
                }}
              >
                <Textarea
                  label={t("drop.paste-label")}
                  description={t("drop.paste-hint")}
                  value={pasted}
                  onChange={({ currentTarget }) => setPasted(currentTarget.value)}
                  autosize
                  minRows={8}
                  maxRows={20}
                  autoComplete="off"
                  spellCheck={false}
                  data-autofocus
                  styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
                />
                <Group mt="sm">
                  <Button type="submit" loading={recognise.isPending} disabled={!pasted.trim()}>
                    {t("drop.read")}
                  </Button>
                </Group>
              </form>
            ) : null}
          </>
        ) : (
          <ConnectionForm
            key={found === "by-hand" ? "by-hand" : found.text}
            found={found === "by-hand" ? null : found}
            onOther={() => {
              setFound(null);
              setPasted("");
              recognise.reset();
            }}
          />
        )}
      </Stack>
    </>
  );
}

function ConnectionForm({ found, onOther }: { found: Found | null; onOther: () => void }) {
  const t = useTranslations("connections");
  const router = useRouter();
  const failureText = useFailureText();
  const create = useCreateConnection();
  const config = found?.config;
  const key = config?.key ?? null;
  const form = useForm<ConnectionValues>({
    mode: "controlled",
    initialValues: {
      ...noValues,
      name: config?.name ?? "",
      fhir_base_url: config?.fhir_base_url?.value ?? "",
      token_url: config?.token_url?.value ?? "",
      client_id: config?.client_id?.value ?? "",
      scope: config?.scope?.value ?? "",
      jwks_url: `${window.location.origin}/.well-known/jwks.json`,
    },
    validate: {
      fhir_base_url: (value) => (value.trim() ? null : t("field.required")),
      client_id: (value, { auth }) =>
        auth !== "smart" || value.trim() ? null : t("field.required"),
      private_key: (value, { auth }) =>
        auth !== "smart" || key || value.trim() ? null : t("field.required"),
      bearer_token: (value, { auth }) =>
        auth !== "bearer" || value.trim() ? null : t("field.required"),
    },
  });
  const source = (name: "fhir_base_url" | "token_url" | "client_id" | "scope") => {
    const recognised = config?.[name];
    if (!recognised) return undefined;
    return form.values[name] === recognised.value
      ? t("create.from", { source: recognised.source })
      : t("create.from-you");
  };
  const save = (values: ConnectionValues) => {
    const machine = values.auth === "smart" || values.auth === "made";
    create.mutate(
      { ...bodyOf(values), ...(machine && found ? { config: found.text } : {}) },
      {
        onSuccess: ({ connection_id }) => router.push(`/connections/${connection_id}?test=1`),
      },
    );
  };
  return (
    <form onSubmit={form.onSubmit(save)} noValidate>
      <Stack gap="lg">
        {config && config.problems.length > 0 ? (
          <Notice title={t("create.problems", { count: config.problems.length })}>
            <List size="sm" spacing={4}>
              {config.problems.map((problem) => (
                <List.Item key={`${problem.code} ${problem.error}`}>
                  {failureText(problem)}
                </List.Item>
              ))}
            </List>
          </Notice>
        ) : null}
        <Paper withBorder radius="md" p={{ base: "md", sm: "lg" }}>
          <Group justify="space-between" align="flex-start" mb="md" gap="sm">
            <div style={{ flex: "1 1 14rem" }}>
              <Title order={2} size="h4">
                {config
                  ? `${t("create.recognised")}: ${t(`shape.${config.shape}`)}`
                  : t("create.by-hand")}
              </Title>
              <Text size="sm" c="dimmed">
                {t(config ? "create.recognised-from" : "create.by-hand-text")}
              </Text>
            </div>
            <Button variant="default" size="xs" onClick={onOther}>
              {t(config ? "drop.another" : "drop.choose")}
            </Button>
          </Group>
          <ConnectionFields
            form={form}
            sources={{
              fhir_base_url: source("fhir_base_url"),
              token_url: source("token_url"),
              client_id: source("client_id"),
              scope: source("scope"),
            }}
            keyFacts={
              key ? (
                <KeyFacts facts={key} source={t("create.from", { source: key.source })} />
              ) : undefined
            }
          />
        </Paper>
        {create.isError ? (
          <FailureAlert failure={create.error} title={t("create.not-saved")} />
        ) : null}
        <Group>
          <Button type="submit" size="md" loading={create.isPending || create.isSuccess}>
            {t("create.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
