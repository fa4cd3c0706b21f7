"use client";

import { Anchor, Button, Group, Paper, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { IconPlugConnected, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { DataTable, type DataTableSortStatus } from "mantine-datatable";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { EmptyState } from "@/components/feedback/empty-state";
import { Loaded } from "@/components/feedback/loaded";
import { cardCell } from "@/components/format/card-cell";
import { RelativeTime } from "@/components/format/relative-time";
import tables from "@/components/format/stacked-table.module.css";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { StatusBadge } from "@/components/jobs/status-badge";
import { connectionsQuery } from "@/lib/browser/connections-queries";
import { handedConfig } from "@/lib/browser/handed-config";
import { useUrlState } from "@/lib/browser/url-state";
import type { ConnectionView } from "@/lib/contract/connection";
import type { Role } from "@/lib/contract/settings";
import { ConfigDrop } from "./config-drop";
import { ConnectionTestBadge } from "./connection-test-badge";

/** How many groups the last test saw; null where it did not get that far. */
const groupsOf = (connection: ConnectionView): number | null => {
  const count = connection.last_test?.steps.find(({ step }) => step === "groups")?.facts.groups;
  return typeof count === "number" ? count : null;
};

const keys: Record<string, (connection: ConnectionView) => string | number> = {
  name: ({ name }) => name.toLowerCase(),
  test: ({ last_test }) => last_test?.at ?? "",
  groups: (connection) => groupsOf(connection) ?? -1,
  jobs: ({ jobs }) => jobs,
  "last-job": ({ last_job }) => last_job?.created_at ?? "",
};

/** The servers that are known, with what the last test said; without any, the drop zone. */
export function ConnectionListPage({ role }: { role: Role }) {
  const t = useTranslations("connections");
  const router = useRouter();
  const connections = useQuery(connectionsQuery());
  const may = role !== "viewer";
  return (
    <>
      <PageHeader
        title={t("title")}
        action={
          may && connections.data?.connections.length ? (
            <Button
              component={Link}
              href="/connections/new"
              leftSection={<IconPlus size={16} aria-hidden />}
            >
              {t("new")}
            </Button>
          ) : undefined
        }
      >
        {t("lead")}
      </PageHeader>
      <Loaded
        query={connections}
        skeleton={
          <Stack gap="xs">
            {["a", "b", "c"].map((row) => (
              <Skeleton key={row} h={56} />
            ))}
          </Stack>
        }
      >
        {({ connections: list }) =>
          list.length > 0 ? (
            <Table connections={list} />
          ) : may ? (
            <Stack maw={760} gap="sm">
              <ConfigDrop
                onText={(text) => {
                  handedConfig.give(text);
                  router.push("/connections/new");
                }}
                more={
                  <Button
                    component={Link}
                    href="/connections/new"
                    variant="default"
                    onClick={(event) => event.stopPropagation()}
                  >
                    {t("drop.hand")}
                  </Button>
                }
              />
            </Stack>
          ) : (
            <Paper withBorder radius="md">
              <EmptyState icon={<IconPlugConnected size={24} />} title={t("empty-title")}>
                {t("empty-viewer")}
              </EmptyState>
            </Paper>
          )
        }
      </Loaded>
    </>
  );
}

function Table({ connections }: { connections: ConnectionView[] }) {
  const t = useTranslations("connections");
  const format = useFormatter();
  const router = useRouter();
  const { search, set } = useUrlState();
  const [text, setText] = useState(search.get("q") ?? "");
  const sort: DataTableSortStatus<ConnectionView> = {
    columnAccessor: search.get("sort") ?? "name",
    direction: search.get("order") === "desc" ? "desc" : "asc",
  };
  const key = keys[String(sort.columnAccessor)] ?? keys.name;
  const sign = sort.direction === "asc" ? 1 : -1;
  const wanted = text.trim().toLowerCase();
  const shown = connections
    .filter(({ name, fhir_base_url }) => `${name} ${fhir_base_url}`.toLowerCase().includes(wanted))
    .sort((one, other) => {
      const [a, b] = [key?.(one) ?? 0, key?.(other) ?? 0];
      return a < b ? -sign : a > b ? sign : 0;
    });
  return (
    <>
      <Group mb="md" justify="space-between">
        <TextInput
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={({ currentTarget: { value } }) => {
            setText(value);
            set({ q: value });
          }}
          style={{ flex: "0 1 24rem" }}
        />
        <Text c="dimmed" size="sm" aria-live="polite" className="numbers">
          {t("count", { count: shown.length })}
        </Text>
      </Group>
      {shown.length === 0 ? (
        <EmptyState icon={<IconSearch size={24} />} title={t("search-none", { text })} />
      ) : (
        <DataTable<ConnectionView>
          records={shown}
          idAccessor="connection_id"
          withTableBorder
          borderRadius="md"
          emptyState={<span />}
          highlightOnHover
          verticalSpacing="sm"
          horizontalSpacing="sm"
          classNames={{ table: tables.cards }}
          sortStatus={sort}
          onSortStatusChange={({ columnAccessor, direction }) =>
            set({ sort: String(columnAccessor), order: direction })
          }
          rowStyle={() => ({ cursor: "pointer" })}
          onRowClick={({ record, event }) => {
            if (!(event.target as Element).closest("a, button"))
              router.push(`/connections/${record.connection_id}`);
          }}
          columns={[
            {
              accessor: "name",
              title: t("column.name"),
              ...cardCell(),
              sortable: true,
              render: (connection) => (
                <Stack gap={0} miw={200}>
                  <Anchor
                    component={Link}
                    href={`/connections/${connection.connection_id}`}
                    fw={500}
                    lineClamp={2}
                  >
                    {connection.name}
                  </Anchor>
                  <Text size="xs" c="dimmed" truncate maw={420} title={connection.fhir_base_url}>
                    {connection.fhir_base_url}
                  </Text>
                </Stack>
              ),
            },
            {
              accessor: "test",
              title: t("column.test"),
              ...cardCell(t("column.test")),
              sortable: true,
              noWrap: true,
              render: ({ last_test }) => (
                <Group gap="xs" wrap="nowrap">
                  <ConnectionTestBadge test={last_test} />
                  {last_test ? (
                    <Text size="sm" c="dimmed" component="div">
                      <RelativeTime at={last_test.at} />
                    </Text>
                  ) : null}
                </Group>
              ),
            },
            {
              accessor: "groups",
              title: t("column.groups"),
              ...cardCell(t("column.groups")),
              sortable: true,
              textAlign: "right",
              render: (connection) => {
                const groups = groupsOf(connection);
                return groups === null ? "–" : format.number(groups);
              },
            },
            {
              accessor: "jobs",
              title: t("column.jobs"),
              ...cardCell(t("column.jobs")),
              sortable: true,
              textAlign: "right",
              render: ({ jobs }) => format.number(jobs),
            },
            {
              accessor: "last-job",
              title: t("column.last-job"),
              ...cardCell(t("column.last-job")),
              sortable: true,
              noWrap: true,
              render: ({ last_job }) =>
                last_job ? (
                  <Group gap="xs" wrap="nowrap">
                    <StatusBadge status={last_job.status} />
                    <Anchor component={Link} href={`/jobs/${last_job.job_id}`} size="sm">
                      <RelativeTime at={last_job.created_at} />
                    </Anchor>
                  </Group>
                ) : (
                  <Text size="sm" c="dimmed">
                    {t("no-job")}
                  </Text>
                ),
            },
          ]}
        />
      )}
    </>
  );
}
