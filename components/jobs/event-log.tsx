"use client";

import {
  Button,
  Group,
  SegmentedControl,
  Skeleton,
  Table,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDownload, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useMessages, useTranslations } from "use-intl";
import { Loaded } from "@/components/feedback/loaded";
import stack from "@/components/format/stacked-table.module.css";
import { useBytes } from "@/components/format/use-bytes";
import { useDuration } from "@/components/format/use-duration";
import { eventsQuery, type JobEnd } from "@/lib/browser/jobs-queries";
import type { EventsQuery } from "@/lib/contract/job";

/** Links and kinds of files repeat what the number says; the download has them, and whole headers too. */
const left = new Set(["fileUrl", "itemType", "resourceType", "fileNo", "message", "logVersion"]);

/** Figures that read better in words, by the log's names for them. */
const counted = { resourceCount: "resources", resources: "resources", files: "files" } as const;

/** One line a person can read: which file, what was said, then the figures. */
function useDetailText(): (detail: Record<string, unknown>) => string {
  const t = useTranslations("jobs.detail.log-figure");
  const bytes = useBytes();
  const duration = useDuration();
  const figure = (name: string, value: unknown) => {
    if (typeof value !== "number") return `${name}=${value}`;
    if (name in counted) return t(counted[name as keyof typeof counted], { count: value });
    if (name === "rejected" || name === "attachments")
      return value === 0 ? null : t(name, { count: value });
    if (name === "fileSize" || name === "bytes") return bytes(value);
    if (name === "duration") return duration(value);
    return `${name}=${value}`;
  };
  return (detail) =>
    [
      [detail.resourceType, detail.fileNo === undefined ? null : `#${detail.fileNo}`]
        .filter(Boolean)
        .join(" "),
      detail.message,
      ...Object.entries(detail)
        .filter(([name, value]) => !left.has(name) && value !== "" && typeof value !== "object")
        .map(([name, value]) => figure(name, value)),
    ]
      .filter(Boolean)
      .join(" · ");
}

const kinds = ["all", "problems", "server", "files"] as const;
/** Read at first, and with "Show more". */
const [some, many] = [200, 5_000];

/** What happened, newest first, growing while the job runs; the filter looks through the whole log. */
export function EventLog({ job }: { job: JobEnd }) {
  const t = useTranslations("jobs.detail");
  const tEvent = useTranslations("jobs.event");
  const known = (useMessages() as { jobs: { event: Record<string, string> } }).jobs.event;
  const format = useFormatter();
  const detailText = useDetailText();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 250);
  const [about, setAbout] = useState<EventsQuery["about"]>("all");
  const [limit, setLimit] = useState(some);
  // The log has the standard's names; people look for the words on screen.
  const named = Object.entries(known)
    .filter(([, words]) => q && words.toLowerCase().includes(q.toLowerCase()))
    .map(([event]) => event)
    .join(",");
  const query = useQuery(
    eventsQuery(job, { limit, about, ...(q ? { q, ...(named ? { named } : {}) } : {}) }),
  );
  const word = (event: string) => (known[event] ? tEvent(event as never) : event);
  return (
    <section>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} size="h4">
          {t("log")}
        </Title>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t("log-about.label")}
            value={about}
            onChange={(value) => setAbout(value as EventsQuery["about"])}
            data={kinds.map((value) => ({ value, label: t(`log-about.${value}`) }))}
          />
          <TextInput
            size="xs"
            aria-label={t("log-filter")}
            placeholder={t("log-filter")}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={text}
            maxLength={200}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <Button
            component="a"
            href={`/api/bulk-data/jobs/${job.job_id}/log`}
            download
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {t("log-download")}
          </Button>
        </Group>
      </Group>
      <Loaded query={query} skeleton={<Skeleton h={200} />}>
        {({ events, total }) => {
          if (events.length === 0)
            return <Text c="dimmed">{t(q || about !== "all" ? "log-none" : "log-empty")}</Text>;
          return (
            <>
              <Table.ScrollContainer
                minWidth={0}
                mah={420}
                type="native"
                tabIndex={0}
                role="region"
                aria-label={t("log")}
                style={{
                  overflowY: "auto",
                  opacity: query.isPlaceholderData ? 0.6 : 1,
                  border: "1px solid var(--mantine-color-default-border)",
                  borderRadius: "var(--mantine-radius-md)",
                }}
              >
                <Table verticalSpacing={4} horizontalSpacing="sm" fz="sm" className={stack.stacked}>
                  <Table.Tbody>
                    {[...events].reverse().map((entry) => (
                      <Table.Tr key={entry.id}>
                        <Table.Td data-short w={110} c="dimmed" style={{ whiteSpace: "nowrap" }}>
                          <time
                            dateTime={entry.at}
                            title={format.dateTime(new Date(entry.at), {
                              dateStyle: "full",
                              timeStyle: "long",
                            })}
                          >
                            {format.dateTime(new Date(entry.at), { timeStyle: "medium" })}
                          </time>
                        </Table.Td>
                        <Table.Td data-short w={190} style={{ whiteSpace: "nowrap" }}>
                          {word(entry.event)}
                        </Table.Td>
                        <Table.Td style={{ overflowWrap: "anywhere" }}>
                          {Object.keys(entry.detail).length ? (
                            <Text span size="sm" c="dimmed">
                              {detailText(entry.detail)}
                            </Text>
                          ) : null}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Group justify="space-between" mt={6} mih={26}>
                <Text size="xs" c="dimmed" className="numbers">
                  {t("log-count", { shown: events.length, total })}
                </Text>
                {total > events.length && limit < many ? (
                  <Button size="compact-xs" variant="subtle" onClick={() => setLimit(many)}>
                    {t("log-more")}
                  </Button>
                ) : null}
              </Group>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
