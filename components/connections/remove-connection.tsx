"use client";

import { Button, Group, Modal, Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useRemoveConnection } from "@/lib/browser/connections-queries";
import type { ConnectionView } from "@/lib/contract/connection";

/** The danger zone: says what goes and what stays, asks once. */
export function RemoveConnection({ connection }: { connection: ConnectionView }) {
  const t = useTranslations("connections.danger");
  const router = useRouter();
  const remove = useRemoveConnection(connection.connection_id);
  const [opened, { open, close }] = useDisclosure();
  return (
    <Paper withBorder radius="md" p="md">
      <Title order={2} size="h4">
        {t("title")}
      </Title>
      <Text size="sm" c="dimmed" mt={4} mb="sm">
        {t("text")}
      </Text>
      <Button variant="light" color="red" size="xs" onClick={open}>
        {t("open")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("confirm-title", { name: connection.name })}>
        <Stack>
          <Text>{t("text")}</Text>
          <Text>{t("confirm-text")}</Text>
          {remove.isError ? <FailureAlert failure={remove.error} title={t("open")} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t("keep")}
            </Button>
            <Button
              color="red.9"
              loading={remove.isPending}
              onClick={() =>
                remove.mutate(undefined, {
                  onSuccess: () => {
                    notifications.show({ message: t("removed", { name: connection.name }) });
                    router.push("/connections");
                  },
                })
              }
            >
              {t("confirm")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Paper>
  );
}
