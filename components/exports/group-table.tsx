"use client";

import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconPlus, IconRefresh, IconSearch } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { DataTable, type DataTableSortStatus } from "mantine-datatable";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { ExportChanges } from "@/components/exports/export-changes";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { cardCell } from "@/components/format/card-cell";
import { RelativeTime } from "@/components/format/relative-time";
import tables from "@/components/format/stacked-table.module.css";
import { Link } from "@/components/frame/link";
import { Pages } from "@/components/jobs/pages";
import { StatusBadge } from "@/components/jobs/status-badge";
import type { GroupList } from "@/lib/contract/connection";
import { GroupId } from "@/lib/contract/export-request";

export type GroupRow = GroupList["groups"][number] & { byHand?: boolean };

/** A group that somebody names and the server may not list. */
const byHand = (id: string): GroupRow => ({
  id,
  name: id,
  patients: null,
  last_export: null,
  changes: null,
  byHand: true,
});

const pageSize = 50;

const keys: Record<string, (group: GroupRow) => string | number> = {
  name: ({ name }) => name.toLowerCase(),
  patients: ({ patients }) => patients ?? -1,
  last: ({ last_export }) => last_export?.created_at ?? "",
};

/** The server's groups to tick, and a field for ids that it does not list. */
export function GroupTable({
  query,
  added,
  onAdd,
  selected,
  onSelected,
  may,
}: {
  query: UseQueryResult<GroupList>;
  added: GroupRow[];
  onAdd: (group: GroupRow) => void;
  selected: GroupRow[];
  onSelected: (groups: GroupRow[]) => void;
  may: boolean;
}) {
  const t = useTranslations("exports.groups");
  const format = useFormatter();
  const [text, setText] = useState("");
  const [page, setPage] = useState(1);
  const [sort, setSort] = useState<DataTableSortStatus<GroupRow>>({
    columnAccessor: "name",
    direction: "asc",
  });
  const listed = query.data?.groups ?? [];
  const rows: GroupRow[] = [
    ...added.filter(({ id }) => !listed.some((group) => group.id === id)),
    ...listed,
  ];
  const wanted = text.trim().toLowerCase();
  const key = keys[String(sort.columnAccessor)];
  const sign = sort.direction === "asc" ? 1 : -1;
  const fitting = rows
    .filter(({ id, name }) => `${name} ${id}`.toLowerCase().includes(wanted))
    .sort((one, other) => {
      const [a, b] = [key?.(one) ?? 0, key?.(other) ?? 0];
      return a < b ? -sign : a > b ? sign : 0;
    });
  const current = Math.min(page, Math.max(1, Math.ceil(fitting.length / pageSize)));
  const shown = fitting.slice((current - 1) * pageSize, current * pageSize);
  // The table knows the rows on screen; what is ticked elsewhere stays ticked.
  const select = (onScreen: GroupRow[]) => {
    const visible = new Set(shown.map(({ id }) => id));
    onSelected([...selected.filter(({ id }) => !visible.has(id)), ...onScreen]);
  };
  const chosen = new Set(selected.map(({ id }) => id));

  return (
    <Stack gap="sm">
      <Group gap="sm" justify="space-between">
        <TextInput
          size="sm"
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          style={{ flex: "1 1 12rem", maxWidth: "22rem" }}
        />
        <Group gap="xs">
          <Text size="sm" c="dimmed" aria-live="polite" className="numbers">
            {query.isPending || (query.isError && rows.length === 0)
              ? ""
              : t("count", { count: fitting.length })}
            {may && rows.length ? ` · ${t("selected", { count: selected.length })}` : ""}
          </Text>
          <Tooltip label={t("refresh")}>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={t("refresh")}
              loading={query.isFetching && !query.isPending}
              onClick={() => void query.refetch()}
            >
              <IconRefresh size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      {query.isError ? (
        <FailureAlert
          failure={query.error}
          title={t("failed")}
          onRetry={() => void query.refetch()}
        />
      ) : null}
      {query.isPending && rows.length === 0 ? (
        <Stack gap={6} aria-busy="true">
          {["a", "b", "c", "d", "e", "f", "g"].map((row) => (
            <Skeleton key={row} h={38} />
          ))}
        </Stack>
      ) : rows.length === 0 ? (
        query.isError ? null : (
          <Text c="dimmed" size="sm" py="sm">
            {t("none")}
          </Text>
        )
      ) : shown.length === 0 ? (
        <Text c="dimmed" size="sm" py="sm">
          {t("none-found", { text })}
        </Text>
      ) : (
        <DataTable<GroupRow>
          records={shown}
          idAccessor="id"
          withTableBorder
          borderRadius="md"
          emptyState={<span />}
          highlightOnHover
          verticalSpacing={7}
          horizontalSpacing="sm"
          classNames={{ table: tables.cards }}
          sortStatus={sort}
          onSortStatusChange={setSort}
          {...(may
            ? {
                selectedRecords: shown.filter(({ id }) => chosen.has(id)),
                onSelectedRecordsChange: select,
                selectionTrigger: "cell" as const,
                getRecordSelectionCheckboxProps: ({ name }: GroupRow) => ({
                  "aria-label": t("select", { name }),
                }),
                allRecordsSelectionCheckboxProps: { "aria-label": t("select-all") },
                rowStyle: () => ({ cursor: "pointer" }),
                onRowClick: ({ record, event }: { record: GroupRow; event: React.MouseEvent }) => {
                  if ((event.target as Element).closest("a, button, input")) return;
                  onSelected(
                    chosen.has(record.id)
                      ? selected.filter(({ id }) => id !== record.id)
                      : [...selected, record],
                  );
                },
              }
            : {})}
          columns={[
            {
              accessor: "name",
              title: t("name"),
              sortable: true,
              render: ({ id, name, byHand: typed }) => (
                <div style={{ minWidth: 140 }}>
                  <Text size="sm" fw={500}>
                    {name}
                    {typed ? (
                      <Text span size="xs" c="dimmed" fw={400}>
                        {" "}
                        {t("by-hand")}
                      </Text>
                    ) : null}
                  </Text>
                  {id === name ? null : (
                    <Text
                      size="xs"
                      c="dimmed"
                      ff="monospace"
                      title={id}
                      style={{ overflowWrap: "anywhere" }}
                    >
                      {id.length > 40 ? `${id.slice(0, 24)}…${id.slice(-12)}` : id}
                    </Text>
                  )}
                </div>
              ),
            },
            {
              accessor: "patients",
              title: t("patients"),
              ...cardCell(t("patients")),
              sortable: true,
              textAlign: "right",
              render: ({ patients }) => (patients === null ? "–" : format.number(patients)),
            },
            {
              accessor: "last",
              title: t("last"),
              ...cardCell(),
              sortable: true,
              noWrap: true,
              render: ({ last_export, changes }) =>
                last_export ? (
                  <Stack gap={4} align="flex-start">
                    <Group gap={8} wrap="nowrap">
                      <StatusBadge status={last_export.status} />
                      <Anchor
                        component={Link}
                        href={`/jobs/${last_export.job_id}`}
                        size="sm"
                        // Read on the tint of a ticked row too.
                        c="light-dark(var(--mantine-color-indigo-9), var(--mantine-color-indigo-2))"
                      >
                        <RelativeTime at={last_export.created_at} />
                      </Anchor>
                    </Group>
                    {may && changes ? (
                      <ExportChanges
                        jobId={changes.job_id}
                        since={changes.since}
                        variant="subtle"
                        size="compact-sm"
                        fw={500}
                        fz="xs"
                        px={4}
                        ml={-4}
                      />
                    ) : null}
                  </Stack>
                ) : (
                  <Text size="sm" c="dimmed">
                    {t("never")}
                  </Text>
                ),
            },
          ]}
        />
      )}
      <Pages page={current} pageSize={pageSize} total={fitting.length} onPage={setPage} />
      {may ? <AddGroup onAdd={onAdd} /> : null}
    </Stack>
  );
}

function AddGroup({ onAdd }: { onAdd: (group: GroupRow) => void }) {
  const t = useTranslations("exports.groups");
  const [id, setId] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const parsed = GroupId.safeParse(id.trim());
        if (!parsed.success) return;
        onAdd(byHand(parsed.data));
        setId("");
      }}
    >
      <Group gap="xs" align="flex-end">
        <TextInput
          size="xs"
          label={t("hand-hint")}
          placeholder={t("hand")}
          value={id}
          maxLength={256}
          autoComplete="off"
          onChange={({ currentTarget }) => setId(currentTarget.value)}
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={!id.trim()}
        >
          {t("add")}
        </Button>
      </Group>
    </form>
  );
}
