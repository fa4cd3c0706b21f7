"use client";

import { Badge, Code, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { IconHeartbeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNow, useTranslations } from "use-intl";
import { RelativeTime } from "@/components/format/relative-time";
import { useBytes } from "@/components/format/use-bytes";
import { aboutQuery } from "@/lib/browser/settings-queries";
import { Facts } from "./facts";
import { Panel } from "./panel";
import { WideTable } from "./wide-table";

/** Secrets that are made by themselves where nobody sets them. */
const madeItself = new Set(["NEXTAUTH_SECRET", "ENCRYPTION_KEY"]);

/** A worker that has been silent for this long does not work any more. */
const silentAfter = 60_000;

/** What runs here: versions, database, disk, workers, and the settings in force. */
export function AboutPanel() {
  const t = useTranslations("settings.about");
  const tabs = useTranslations("settings.tabs");
  const bytes = useBytes();
  const now = useNow({ updateInterval: 10_000 });
  const query = useQuery(aboutQuery());

  const valueText = (name: string, value: string | number | boolean | null) => {
    if (value === true) return t("set");
    if (value === false) return madeItself.has(name) ? t("made-itself") : t("not-set");
    if (value === null) return t("not-set");
    return <Code>{String(value)}</Code>;
  };

  return (
    <Panel text={t("text")} query={query}>
      {(about) => (
        <Stack gap="lg">
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Facts
              title={tabs("about")}
              rows={[
                [t("version"), about.version],
                [t("node"), about.node],
                [t("database"), about.database.version],
                [
                  t("migrations"),
                  about.database.migrations.length > 0
                    ? t("migrations-to", {
                        count: about.database.migrations.length,
                        last: about.database.migrations.at(-1) ?? "",
                      })
                    : t("unknown"),
                ],
              ]}
            />
            <Facts
              title={t("storage")}
              rows={[
                [t("database-size"), bytes(about.database.size_bytes)],
                [t("bulk-bytes"), bytes(about.storage.bulk_bytes)],
                [
                  t("free-bytes"),
                  about.storage.free_bytes === null
                    ? t("unknown")
                    : bytes(about.storage.free_bytes),
                ],
                [t("bulk-dir"), <Code key="bulk-dir">{about.storage.bulk_dir}</Code>],
              ]}
            />
          </SimpleGrid>
          <section>
            <Title order={2} size="h5" mb="xs">
              {t("workers")}
            </Title>
            {about.workers.length === 0 ? (
              <Text size="sm">{t("no-workers")}</Text>
            ) : (
              <WideTable
                label={t("workers")}
                minWidth={560}
                head={[t("worker"), t("host"), t("started"), t("heartbeat")]}
              >
                {about.workers.map((worker) => {
                  const alive = now.getTime() - Date.parse(worker.heartbeat_at) < silentAfter;
                  return (
                    <Table.Tr key={worker.id}>
                      <Table.Td>
                        <Code>{worker.id}</Code>
                      </Table.Td>
                      <Table.Td>{worker.host}</Table.Td>
                      <Table.Td>
                        <RelativeTime at={worker.started_at} />
                      </Table.Td>
                      <Table.Td>
                        <Badge
                          variant="default"
                          tt="none"
                          leftSection={<IconHeartbeat size={12} aria-hidden />}
                          mr="xs"
                        >
                          {alive ? t("alive") : t("silent")}
                        </Badge>
                        <RelativeTime at={worker.heartbeat_at} />
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </WideTable>
            )}
          </section>
          <section>
            <Title order={2} size="h5">
              {t("settings")}
            </Title>
            <Text size="sm" c="dimmed" mb="xs">
              {t("settings-text")}
            </Text>
            <WideTable label={t("settings")} minWidth={300} head={[t("setting"), t("value")]}>
              {Object.entries(about.settings).map(([name, value]) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Code>{name}</Code>
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere", wordBreak: "break-word" }}>
                    {valueText(name, value)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </WideTable>
          </section>
        </Stack>
      )}
    </Panel>
  );
}
