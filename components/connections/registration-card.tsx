"use client";

import { Button, Modal, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/feedback/loaded";
import { CopyField } from "@/components/settings/copy-field";
import { registrationQuery } from "@/lib/browser/connections-queries";
import type { Registration } from "@/lib/contract/connection";

/** What to send to those who run the server, as one text to copy. */
export function RegistrationCard({ connectionId }: { connectionId: string }) {
  const t = useTranslations("connections.registration");
  const [opened, { open, close }] = useDisclosure();
  return (
    <Paper withBorder radius="md" p="md">
      <Title order={2} size="h4" mb={4}>
        {t("card")}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t("card-text")}
      </Text>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconSend size={14} aria-hidden />}
        onClick={open}
      >
        {t("open")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("title")}
        size="lg"
        styles={{ title: { fontWeight: 600 } }}
      >
        <ToSend connectionId={connectionId} />
      </Modal>
    </Paper>
  );
}

function ToSend({ connectionId }: { connectionId: string }) {
  const t = useTranslations("connections.registration");
  const query = useQuery(registrationQuery(connectionId));
  const text = (it: Registration) =>
    [
      t("intro"),
      "",
      `${t("client_id")}: ${it.client_id ?? t("client_id-none")}`,
      `${t("method")}: ${it.token_endpoint_auth_method}`,
      `${t("grant")}: ${it.grant_types.join(" ")}`,
      `${t("algorithm")}: ${it.algorithm}`,
      `${t("scope")}: ${it.scope}`,
      `${t("server")}: ${it.fhir_base_url}`,
      ...(it.token_url ? [`${t("token_url")}: ${it.token_url}`] : []),
      ...(it.jwks_url ? [`${t("jwks_url")}: ${it.jwks_url}`] : []),
      `${t("jwks")}:`,
      JSON.stringify(it.jwks, null, 2),
    ].join("\n");
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("text")}
      </Text>
      <Loaded query={query} skeleton={<Skeleton h={320} />}>
        {(registration) => <CopyField label={t("title")} rows={16} value={text(registration)} />}
      </Loaded>
    </Stack>
  );
}
