"use client";

import { Button, Code, Group, Pagination, Select, Table, Text, TextInput } from "@mantine/core";
import { IconListSearch, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useMessages, useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { RelativeTime } from "@/components/format/relative-time";
import { ShortId } from "@/components/format/short-id";
import { useActorName } from "@/components/format/use-actor-name";
import { useSearchText } from "@/lib/browser/search-text";
import { auditQuery } from "@/lib/browser/settings-queries";
import { useUrlState } from "@/lib/browser/url-state";
import { Panel } from "./panel";
import { WideTable } from "./wide-table";

type Words = { settings: { audit: { actions: Record<string, Record<string, string>> } } };

const isId = (target: string) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(target);

const worded = ["role", "ok", "name", "fhir_base_url", "connection_id", "keys_revoked"] as const;

/** One detail of an action in words, of ids only how many or their ends. */
function useDetailText(): (name: string, value: unknown) => string {
  const t = useTranslations("settings.audit.detail");
  const frame = useTranslations("frame");
  return (name, value) => {
    if (name === "job_ids" && Array.isArray(value)) return t("jobs", { count: value.length });
    const label = worded.find((one) => one === name);
    const words = Array.isArray(value)
      ? value.join(", ")
      : typeof value === "boolean"
        ? frame(value ? "yes" : "no")
        : isId(String(value))
          ? `…${String(value).slice(-8)}`
          : String(value);
    return `${label ? t(label) : name}: ${words}`;
  };
}

/** Who did what, newest first. */
export function AuditPanel() {
  const t = useTranslations("settings.audit");
  const frame = useTranslations("frame");
  const format = useFormatter();
  const detailText = useDetailText();
  const known = (useMessages() as unknown as Words).settings.audit.actions;
  const { search, set } = useUrlState();
  const page = Math.max(1, Math.trunc(Number(search.get("page"))) || 1);
  const q = search.get("q") ?? "";
  const action = search.get("action") ?? "";
  const query = useQuery(auditQuery({ page, q, action }));
  const words = useSearchText(q, (text) => set({ q: text, page: null }));

  /** The words of "noun.verb"; an action that has none yet is shown as it is. */
  const actionText = (code: string) => {
    const [noun = "", verb = ""] = code.split(".");
    return known[noun]?.[verb] ?? code;
  };
  const actorName = useActorName();
  const actions = Object.entries(known).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, label]) => ({ value: `${noun}.${verb}`, label })),
  );

  return (
    <Panel text={t("text")} query={query}>
      {({ events, total, page_size }) => (
        <>
          <Group gap="sm" align="flex-end">
            <TextInput
              aria-label={t("search")}
              placeholder={t("search")}
              leftSection={<IconSearch size={16} aria-hidden />}
              value={words.typed}
              onChange={(event) => words.type(event.currentTarget.value)}
              style={{ flex: "1 1 14rem", maxWidth: 360 }}
            />
            <Select
              aria-label={t("filter")}
              placeholder={t("all")}
              clearable
              clearButtonProps={{ "aria-label": t("all") }}
              searchable
              nothingFoundMessage={t("empty")}
              data={actions}
              value={action || null}
              onChange={(value) => set({ action: value, page: null })}
              style={{ flex: "1 1 12rem", maxWidth: 260 }}
            />
          </Group>
          {events.length === 0 ? (
            <EmptyState
              icon={<IconListSearch size={24} />}
              title={t("empty")}
              action={
                <Button
                  variant="default"
                  onClick={() => {
                    words.empty();
                    set({ q: null, action: null, page: null });
                  }}
                >
                  {t("reset")}
                </Button>
              }
            >
              {t("empty-text")}
            </EmptyState>
          ) : (
            <WideTable
              label={t("pages")}
              minWidth={860}
              head={[t("at"), t("actor"), t("action"), t("target"), t("details"), t("ip")]}
            >
              {events.map((event) => (
                <Table.Tr key={event.id}>
                  <Table.Td style={{ whiteSpace: "nowrap" }}>
                    <RelativeTime at={event.at} />
                  </Table.Td>
                  <Table.Td>{actorName(event.actor)}</Table.Td>
                  <Table.Td>{actionText(event.action)}</Table.Td>
                  <Table.Td>
                    {event.target === null ? (
                      frame("none")
                    ) : isId(event.target) ? (
                      <ShortId id={event.target} />
                    ) : (
                      event.target
                    )}
                  </Table.Td>
                  <Table.Td maw={280}>
                    <Text size="xs" style={{ overflowWrap: "anywhere" }}>
                      {Object.entries(event.details)
                        .map(([name, value]) => detailText(name, value))
                        .join(" · ")}
                    </Text>
                  </Table.Td>
                  <Table.Td>{event.ip ? <Code>{event.ip}</Code> : frame("none")}</Table.Td>
                </Table.Tr>
              ))}
            </WideTable>
          )}
          <Group justify="space-between" gap="sm">
            <Text size="xs" c="dimmed" role="status">
              {events.length === 0
                ? frame("count", { count: total })
                : frame("page-of", {
                    from: format.number((page - 1) * page_size + 1),
                    to: format.number((page - 1) * page_size + events.length),
                    total: format.number(total),
                  })}
            </Text>
            {total > page_size ? (
              <Pagination
                size="sm"
                total={Math.ceil(total / page_size)}
                value={page}
                onChange={(next) => set({ page: next === 1 ? null : next })}
                aria-label={t("pages")}
                getItemProps={(item) => ({ "aria-label": String(item) })}
                getControlProps={(control) => ({ "aria-label": t(`control.${control}`) })}
              />
            ) : null}
          </Group>
        </>
      )}
    </Panel>
  );
}
