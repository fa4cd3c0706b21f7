"use client";

import { Badge, Button, Code, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { useFailureText } from "@/components/feedback/failure-text";
import { Pill } from "@/components/format/pill";
import { RelativeTime } from "@/components/format/relative-time";
import { useActorName } from "@/components/format/use-actor-name";
import { apiKeysQuery, useRevokeApiKey } from "@/lib/browser/settings-queries";
import type { ApiKeyView, Role } from "@/lib/contract/settings";
import { Confirm } from "./confirm";
import { CreateKeyModal } from "./create-key-modal";
import { Panel } from "./panel";
import { WideTable } from "./wide-table";

/** The keys that scripts sign in with: an administrator sees all, others their own. */
export function KeysPanel({ role }: { role: Role }) {
  const t = useTranslations("settings.keys");
  const settings = useTranslations("settings");
  const actorName = useActorName();
  const text = useFailureText();
  const query = useQuery(apiKeysQuery());
  const revoke = useRevokeApiKey();
  const [creating, setCreating] = useState(false);
  const [asked, setAsked] = useState<ApiKeyView | null>(null);

  const apply = (key: ApiKeyView) =>
    revoke.mutate(key.api_key_id, {
      onSuccess: () =>
        notifications.show({ color: "green", message: t("revoked", { name: key.name }) }),
      onError: (error) =>
        notifications.show({
          color: "red",
          title: t("not-revoked", { name: key.name }),
          message: text(error),
          autoClose: 10_000,
        }),
      onSettled: () => setAsked(null),
    });

  const create = (
    <Button leftSection={<IconKey size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );

  return (
    <Panel text={t(role === "admin" ? "text" : "text-own")} query={query} action={create}>
      {({ api_keys: keys }) => (
        <>
          {keys.length === 0 ? (
            <EmptyState icon={<IconKey size={24} />} title={t("empty")}>
              {t("empty-text")}
            </EmptyState>
          ) : (
            <Stack gap="md">
              <WideTable
                label={settings("tabs.api-keys")}
                minWidth={860}
                head={[
                  t("name"),
                  t("prefix"),
                  t("scope"),
                  t("created"),
                  t("last-used"),
                  t("expires"),
                  settings("actions"),
                ]}
              >
                {keys.map((key) => (
                  <Table.Tr key={key.api_key_id}>
                    <Table.Td fw={500}>{key.name}</Table.Td>
                    <Table.Td>
                      <Code>{key.prefix}…</Code>
                    </Table.Td>
                    <Table.Td>
                      <Badge
                        variant={key.scope === "write" ? "outline" : "default"}
                        tt="none"
                        size="sm"
                      >
                        {t(`scope-${key.scope}`)}
                      </Badge>
                    </Table.Td>
                    <Table.Td>
                      <RelativeTime at={key.created_at} />
                      {key.created_by ? (
                        <Text size="xs" c="dimmed">
                          {actorName(key.created_by)}
                        </Text>
                      ) : null}
                    </Table.Td>
                    <Table.Td>
                      {key.last_used_at ? (
                        <RelativeTime at={key.last_used_at} />
                      ) : (
                        settings("never")
                      )}
                      {key.last_used_ip ? (
                        <Text size="xs" c="dimmed">
                          {t("from", { ip: key.last_used_ip })}
                        </Text>
                      ) : null}
                    </Table.Td>
                    <Table.Td>
                      {key.expires_at === null ? (
                        settings("never")
                      ) : Date.parse(key.expires_at) <= Date.now() ? (
                        <Pill color="red" size="sm">
                          {t("expired")}
                        </Pill>
                      ) : (
                        <RelativeTime at={key.expires_at} />
                      )}
                    </Table.Td>
                    <Table.Td>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={t("revoke-of", { name: key.name })}
                        onClick={() => setAsked(key)}
                      >
                        {t("revoke")}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </WideTable>
              <Text size="xs" c="dimmed">
                {t("count", { count: keys.length })}
              </Text>
            </Stack>
          )}
          {creating ? (
            <CreateKeyModal mayWrite={role !== "viewer"} onClose={() => setCreating(false)} />
          ) : null}
          {asked ? (
            <Confirm
              title={t("revoke-title", { name: asked.name })}
              text={t("revoke-text", { prefix: asked.prefix })}
              action={t("revoke")}
              busy={revoke.isPending}
              onConfirm={() => apply(asked)}
              onClose={() => setAsked(null)}
            />
          ) : null}
        </>
      )}
    </Panel>
  );
}
