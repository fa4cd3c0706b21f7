"use client";

import { Anchor, Code, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { RelativeTime } from "@/components/format/relative-time";
import { useActorName } from "@/components/format/use-actor-name";
import { Link } from "@/components/frame/link";
import type { ConnectionView } from "@/lib/contract/connection";
import { signInOf } from "./connection-values";
import { KeyFacts } from "./key-facts";

/** Address, sign-in, key and what the server said of itself. */
export function ConnectionFacts({ connection }: { connection: ConnectionView }) {
  const t = useTranslations("connections");
  const actorName = useActorName();
  const smart = connection.auth === "smart";
  const fact = (name: string, value: ReactNode) => (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {t(`facts.${name}` as never)}
      </Text>
      <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
        {value}
      </Text>
    </div>
  );
  return (
    <Paper withBorder radius="md" p="md">
      <Title order={2} size="h4" mb="sm">
        {t("facts.title")}
      </Title>
      <Stack gap="sm" component="dl" m={0}>
        {fact("server", <Code>{connection.fhir_base_url}</Code>)}
        {fact("auth", t(`field.auth-${signInOf(connection)}`))}
        {connection.auth === "bearer" ? fact("bearer_token", t("facts.token-kept")) : null}
        {smart ? (
          <>
            {fact("client_id", <ClientId id={connection.client_id ?? "–"} />)}
            {fact(
              "token_url",
              connection.token_url ? (
                <Code>{connection.token_url}</Code>
              ) : (
                t("facts.token_url-none")
              ),
            )}
            {fact(
              "scope",
              connection.scope ? <Code>{connection.scope}</Code> : t("facts.scope-none"),
            )}
          </>
        ) : null}
        {smart && connection.jwks_url ? fact("jwks_url", <Code>{connection.jwks_url}</Code>) : null}
        {fact(
          "dialect",
          connection.dialect
            ? `${t(`field.dialect-${connection.dialect}`)} · ${t(`facts.dialect-source.${connection.dialect_source ?? "server"}`)}`
            : t("facts.dialect-none"),
        )}
        {connection.allowed_hosts.length > 0
          ? fact("allowed_hosts", <Code>{connection.allowed_hosts.join(", ")}</Code>)
          : null}
        {connection.capability?.fhir_version
          ? fact("fhir", connection.capability.fhir_version)
          : null}
        {connection.capability?.software ? fact("software", connection.capability.software) : null}
        {fact(
          "jobs",
          connection.jobs > 0 ? (
            <Anchor
              component={Link}
              href={`/jobs?connection=${connection.connection_id}`}
              size="sm"
            >
              {t("facts.jobs-all", { count: connection.jobs })}
            </Anchor>
          ) : (
            t("facts.jobs-all", { count: 0 })
          ),
        )}
        {fact(
          "created",
          <>
            <RelativeTime at={connection.created_at} />
            {connection.created_by
              ? ` · ${t("facts.by", { who: actorName(connection.created_by) })}`
              : ""}
          </>,
        )}
      </Stack>
      {smart && connection.key ? (
        <Stack mt="md">
          <KeyFacts facts={connection.key} />
        </Stack>
      ) : null}
    </Paper>
  );
}

/** Client ids of some servers are whole tokens of a thousand characters: the start is enough to know it by. */
function ClientId({ id }: { id: string }) {
  return <Code title={id}>{id.length > 72 ? `${id.slice(0, 40)}…${id.slice(-12)}` : id}</Code>;
}
