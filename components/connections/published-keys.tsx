"use client";

import { Badge, Button, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRotate } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { RelativeTime } from "@/components/format/relative-time";
import { useClock } from "@/components/format/use-clock";
import { CopyField } from "@/components/settings/copy-field";
import { useRotateKey } from "@/lib/browser/connections-queries";
import type { ConnectionView } from "@/lib/contract/connection";

/** The keys that Bulkhouse made: where the server reads them, which one signs, and the turn to the next. */
export function PublishedKeys({ connection, may }: { connection: ConnectionView; may: boolean }) {
  const t = useTranslations("connections.key");
  const rotate = useRotateKey(connection.connection_id);
  useClock(10_000);
  const next = connection.published_keys.find(({ state }) => state === "next");
  const waits = next?.usable_at && Date.parse(next.usable_at) > Date.now() ? next.usable_at : null;
  return (
    <Paper withBorder radius="md" p="md">
      <Title order={2} size="h4" mb="sm">
        {t("published")}
      </Title>
      <Stack gap="sm">
        {connection.jwks_url ? (
          <CopyField label={t("register")} value={connection.jwks_url} />
        ) : null}
        {connection.published_keys.map((key) => (
          <div key={key.key_id} style={{ overflowWrap: "anywhere" }}>
            <Group gap="xs">
              <Badge
                variant={key.state === "current" ? "filled" : "light"}
                color={key.state === "old" ? "gray" : undefined}
              >
                {t(`state.${key.state}`)}
              </Badge>
              <Text size="sm">{key.algorithm}</Text>
              <Text size="xs" c="dimmed">
                <RelativeTime at={key.published_at} />
              </Text>
            </Group>
            <Code fz="xs">{key.key_id}</Code>
          </div>
        ))}
        {rotate.isError ? <FailureAlert failure={rotate.error} title={t("not-rotated")} /> : null}
        {may ? (
          <div>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconRotate size={16} aria-hidden />}
              loading={rotate.isPending}
              disabled={waits !== null}
              onClick={() =>
                rotate.mutate(undefined, {
                  onSuccess: () => notifications.show({ message: t("rotated"), color: "green" }),
                })
              }
            >
              {t("rotate")}
            </Button>
            <Text size="xs" c="dimmed" mt={4}>
              {waits
                ? t.rich("rotate-wait", { time: () => <RelativeTime at={waits} /> })
                : t("rotate-hint")}
            </Text>
          </div>
        ) : null}
      </Stack>
    </Paper>
  );
}
