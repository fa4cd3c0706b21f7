"use client";

import { Button, Code, Group, Skeleton, Table, Text, TextInput, Title } from "@mantine/core";
import { IconDownload, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useMessages, useTranslations } from "use-intl";
import { Loaded } from "@/components/feedback/loaded";
import { eventsQuery } from "@/lib/browser/jobs-queries";

/** Links and kinds of files repeat what the number says; the download has them, and whole headers too. */
const left = new Set(["fileUrl", "itemType", "resourceType", "fileNo", "message", "logVersion"]);

/** One line a person can read: which file, what was said, then the figures. */
const detailText = (detail: Record<string, unknown>): string =>
  [
    detail.resourceType ? `${detail.resourceType}` : null,
    detail.fileNo === undefined ? null : `#${detail.fileNo}`,
    detail.message ? `${detail.message}` : null,
    ...Object.entries(detail)
      .filter(([name, value]) => !left.has(name) && value !== "" && typeof value !== "object")
      .map(([name, value]) => `${name}=${value}`),
  ]
    .filter((part) => part !== null)
    .join("  ");

/** What happened, newest first, growing while the job runs; named as in the field's export log. */
export function EventLog({ jobId, live }: { jobId: string; live: boolean }) {
  const t = useTranslations("jobs.detail");
  const tEvent = useTranslations("jobs.event");
  const known = (useMessages() as { jobs: { event: Record<string, string> } }).jobs.event;
  const format = useFormatter();
  const [filter, setFilter] = useState("");
  const query = useQuery(eventsQuery(jobId, live));
  const word = (event: string) => (known[event] ? tEvent(event as never) : event);
  return (
    <section>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} size="h4">
          {t("log")}
        </Title>
        <Group gap="xs">
          <TextInput
            size="xs"
            aria-label={t("log-filter")}
            placeholder={t("log-filter")}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={filter}
            onChange={({ currentTarget }) => setFilter(currentTarget.value)}
          />
          <Button
            component="a"
            href={`/api/bulk-data/jobs/${jobId}/log`}
            download
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {t("download")}
          </Button>
        </Group>
      </Group>
      <Loaded query={query} skeleton={<Skeleton h={200} />}>
        {({ events }) => {
          const wanted = filter.trim().toLowerCase();
          const shown = events
            .filter(
              ({ event, detail }) =>
                !wanted ||
                `${event} ${word(event)} ${detailText(detail)}`.toLowerCase().includes(wanted),
            )
            .reverse();
          if (shown.length === 0)
            return <Text c="dimmed">{t(events.length ? "log-none" : "log-empty")}</Text>;
          return (
            <Table.ScrollContainer
              minWidth={520}
              mah={420}
              type="native"
              tabIndex={0}
              role="region"
              aria-label={t("log")}
              style={{
                overflowY: "auto",
                border: "1px solid var(--mantine-color-default-border)",
                borderRadius: "var(--mantine-radius-md)",
              }}
            >
              <Table verticalSpacing={4} horizontalSpacing="sm" fz="sm">
                <Table.Tbody>
                  {shown.map((entry) => (
                    <Table.Tr key={entry.id}>
                      <Table.Td w={110} c="dimmed" style={{ whiteSpace: "nowrap" }}>
                        <time
                          dateTime={entry.at}
                          title={format.dateTime(new Date(entry.at), {
                            dateStyle: "full",
                            timeStyle: "long",
                          })}
                        >
                          {format.dateTime(new Date(entry.at), {
                            hour: "2-digit",
                            minute: "2-digit",
                            second: "2-digit",
                          })}
                        </time>
                      </Table.Td>
                      <Table.Td w={190} style={{ whiteSpace: "nowrap" }}>
                        {word(entry.event)}
                      </Table.Td>
                      <Table.Td style={{ overflowWrap: "anywhere" }}>
                        {Object.keys(entry.detail).length ? (
                          <Code fz="xs" bg="transparent" p={0}>
                            {detailText(entry.detail)}
                          </Code>
                        ) : null}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          );
        }}
      </Loaded>
    </section>
  );
}
