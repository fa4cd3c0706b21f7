"use client";

import {
  Accordion,
  Anchor,
  Button,
  Code,
  Grid,
  Group,
  NavLink,
  Paper,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { IconArrowLeft, IconDownload, IconKey, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { Loaded } from "@/components/feedback/loaded";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { apiDescriptionPath, apiDescriptionQuery } from "@/lib/browser/help-queries";
import type { ApiDescription, Operation } from "@/lib/contract/openapi";
import { ApiCall, CallTitle } from "./api-call";

export type Call = { method: string; path: string; operation: Operation };

/** The HTTP API to read: calls by topic, each with parameters, who may call it, and examples. */
export function ApiPage() {
  const t = useTranslations("help");
  const locale = useLocale();
  const query = useQuery(apiDescriptionQuery(locale));
  return (
    <>
      <Anchor component={Link} href="/help" size="sm" mb="xs" display="inline-block">
        <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {t("title")}
      </Anchor>
      <PageHeader
        title={t("api.title")}
        action={
          <Group gap="xs">
            <Button
              component={Link}
              href="/settings?tab=api-keys"
              variant="default"
              leftSection={<IconKey size={16} aria-hidden />}
            >
              {t("api.keys")}
            </Button>
            <Button
              component="a"
              href={apiDescriptionPath(locale)}
              download="bulkhouse-openapi.json"
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              {t("api.download")}
            </Button>
          </Group>
        }
      >
        {t("api.text")}
      </PageHeader>
      <Loaded
        query={query}
        skeleton={
          <Stack>
            <Skeleton h={120} />
            <Skeleton h={36} maw={360} />
            <Skeleton h={480} />
          </Stack>
        }
      >
        {(description) => <Calls description={description} />}
      </Loaded>
    </>
  );
}

function Calls({ description }: { description: ApiDescription }) {
  const t = useTranslations("help.api");
  const [text, setText] = useState("");
  const [opened, setOpened] = useState<string[]>([]);
  const calls: Call[] = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );

  // A link to one call opens it.
  useEffect(() => {
    const id = decodeURIComponent(window.location.hash.slice(1));
    if (!id) return;
    setOpened([id]);
    document.getElementById(id)?.scrollIntoView();
  }, []);

  const words = text.trim().toLowerCase().split(/\s+/);
  const fits = ({ method, path, operation }: Call) =>
    words.every((word) =>
      `${method} ${path} ${operation.summary} ${operation.description ?? ""}`
        .toLowerCase()
        .includes(word),
    );
  const found = calls.filter(fits);
  const topics = description.tags
    .map((tag) => ({
      ...tag,
      calls: found.filter(({ operation }) => operation.tags[0] === tag.name),
    }))
    .filter((topic) => topic.calls.length > 0);
  const origin = description.servers[0]?.url ?? "";

  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, lg: 9 }}>
        <Stack gap="lg">
          <Paper withBorder radius="md" p="md">
            <Stack gap="sm" component="dl" m={0}>
              <Fact name={t("address")}>
                <Code>{origin}</Code>
              </Fact>
              <Fact name={t("auth")}>{t("auth-text")}</Fact>
              <Fact name={t("failures")}>{t("failures-text")}</Fact>
            </Stack>
          </Paper>
          <Group justify="space-between" gap="sm">
            <TextInput
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              placeholder={t("search")}
              aria-label={t("search")}
              leftSection={<IconSearch size={16} aria-hidden />}
              w={{ base: "100%", xs: 320 }}
            />
            <Text size="sm" c="dimmed" className="numbers" aria-live="polite">
              {t("count", { count: found.length })}
            </Text>
          </Group>
          {found.length === 0 ? <Text c="dimmed">{t("none", { text })}</Text> : null}
          {topics.map((topic) => (
            <section key={topic.name} id={`topic-${topic.name}`} style={{ scrollMarginTop: 72 }}>
              <Title order={2} size="h4" mb="xs">
                {topic.description}
              </Title>
              <Accordion
                multiple
                variant="contained"
                radius="md"
                chevronPosition="left"
                order={3}
                value={opened}
                onChange={setOpened}
                keepMounted={false}
              >
                {topic.calls.map((call) => {
                  const { operationId: id } = call.operation;
                  return (
                    <Accordion.Item key={id} value={id} id={id} style={{ scrollMarginTop: 72 }}>
                      <Accordion.Control>
                        <CallTitle call={call} />
                      </Accordion.Control>
                      <Accordion.Panel>
                        {opened.includes(id) ? (
                          <ApiCall call={call} schemas={description.components.schemas} />
                        ) : null}
                      </Accordion.Panel>
                    </Accordion.Item>
                  );
                })}
              </Accordion>
            </section>
          ))}
        </Stack>
      </Grid.Col>
      <Grid.Col span={3} visibleFrom="lg">
        <nav aria-label={t("topics")} style={{ position: "sticky", top: 72 }}>
          {topics.map((topic) => (
            <NavLink
              key={topic.name}
              href={`#topic-${topic.name}`}
              label={topic.description}
              rightSection={
                <Text size="xs" c="dimmed" className="numbers">
                  {topic.calls.length}
                </Text>
              }
              style={{ borderRadius: "var(--mantine-radius-md)" }}
            />
          ))}
        </nav>
      </Grid.Col>
    </Grid>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </div>
  );
}
