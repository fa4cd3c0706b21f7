"use client";

import { Anchor, Button, Card, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconApi } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { type Word, words } from "./words";

const guides = [
  "tour",
  "jwks_authentication_guide",
  "troubleshooting",
  "known-servers",
  "standard",
  "cluster",
  "benchmarks",
] as const;

/** Guides, the API and the words: all of it comes with the installation and needs no internet. */
export function HelpPage() {
  const t = useTranslations("help");
  return (
    <>
      <PageHeader
        title={t("title")}
        action={
          <Button
            component={Link}
            href="/help/api"
            variant="default"
            leftSection={<IconApi size={18} aria-hidden />}
          >
            {t("api.open")}
          </Button>
        }
      >
        {t("text")}
      </PageHeader>
      <Title order={2} size="h4" mb="sm">
        {t("guides.title")}
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3, xl: 4 }} spacing="sm" mb="xl">
        {guides.map((name) => (
          <Card key={name} withBorder radius="md" p="md">
            <Anchor component={Link} href={`/help/${name}`} fw={600}>
              {t(`guides.${name}`)}
            </Anchor>
            <Text size="sm" c="dimmed">
              {t(`guides.${name}-text`)}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
      <Title order={2} size="h4">
        {t("words-title")}
      </Title>
      <Text c="dimmed" size="sm" mb="sm">
        {t("words-text")}
      </Text>
      <Paper withBorder radius="md" p="md">
        <Stack component="dl" gap="md" m={0} maw={860}>
          {(Object.keys(words) as Word[]).map((word) => (
            <div key={word} id={word} style={{ scrollMarginTop: 72 }}>
              <Text component="dt" fw={600}>
                {t(`words.${word}.title`)}
              </Text>
              <Text component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
                {t(`words.${word}.text`)}
              </Text>
            </div>
          ))}
        </Stack>
      </Paper>
    </>
  );
}
