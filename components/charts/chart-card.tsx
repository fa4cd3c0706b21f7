"use client";

import { ActionIcon, Box, Group, Menu, Paper, Skeleton, Table, Text, Title } from "@mantine/core";
import { IconChartBar, IconDots, IconDownload, IconTable } from "@tabler/icons-react";
import { type ReactNode, useId, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import classes from "./charts.module.css";
import { type ChartTable, csvText } from "./csv-text";

/** What a card needs of a TanStack query. */
type Loading = {
  isPending: boolean;
  isPlaceholderData: boolean;
  error: unknown;
  refetch: () => unknown;
};

function download(title: string, table: ChartTable) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csvText(table)], { type: "text/csv;charset=utf-8" }));
  link.download = `${title.replaceAll(/[\s/\\:*?"<>|]+/g, "-")}-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The same numbers for those who read rather than look; scrolls inside the card. */
function TableView({ title, table, height }: { title: string; table: ChartTable; height: number }) {
  const t = useTranslations("visualize.card");
  const format = useFormatter();
  return (
    <Box
      className={classes.scroll}
      style={{ height }}
      tabIndex={0}
      role="region"
      aria-label={t("table-of", { title })}
    >
      <Table stickyHeader fz="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {table.columns.map((column, at) => (
              <Table.Th
                key={column}
                ta={typeof table.rows[0]?.[at] === "number" ? "right" : "left"}
              >
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
            <Table.Tr key={index}>
              {row.map((value, at) => (
                <Table.Td
                  key={table.columns[at]}
                  ta={typeof value === "number" ? "right" : "left"}
                  className={classes.cell}
                >
                  {typeof value === "number"
                    ? format.number(value, { maximumFractionDigits: 2 })
                    : (value ?? "–")}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

/**
 * The frame of every chart: its title, which jobs the numbers come from, and a menu with the table
 * and the file. While it waits, finds nothing or fails it keeps the chart's height.
 */
export function ChartCard({
  title,
  source,
  query,
  empty,
  table,
  height = 320,
  className,
  order = 2,
  framed = true,
  children,
}: {
  title: string;
  /** which jobs, and what else must be known to read the numbers */
  source: ReactNode;
  query: Loading;
  /** the words for "nothing to draw"; null while there is something */
  empty: string | null;
  table: ChartTable | null;
  height?: number;
  className?: string;
  order?: 2 | 3;
  framed?: boolean;
  children: (showTable: () => void) => ReactNode;
}) {
  const t = useTranslations("visualize.card");
  const id = useId();
  const [asTable, setAsTable] = useState(false);

  // A second try after a failure is pending again; the failure stays until something else is known.
  const failure = useRef<unknown>(null);
  if (query.error) failure.current = query.error;
  else if (!query.isPending) failure.current = null;

  function body() {
    if (query.isPending && !failure.current)
      return <Skeleton height={height} role="status" aria-label={t("loading", { title })} />;
    if (failure.current && !table)
      return (
        <Box mih={height}>
          <FailureAlert
            failure={failure.current}
            title={t("failed", { title })}
            onRetry={() => void query.refetch()}
          />
        </Box>
      );
    if (empty !== null || !table)
      return (
        <Box className={classes.nothing} h={height}>
          <IconChartBar size={28} stroke={1.4} aria-hidden />
          <Text size="sm">{empty}</Text>
        </Box>
      );
    if (asTable) return <TableView title={title} table={table} height={height} />;
    return <div style={{ minHeight: height }}>{children(() => setAsTable(true))}</div>;
  }

  const content = (
    <>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs" mb="sm">
        <div style={{ minWidth: 0 }}>
          <Title order={order} size={order === 2 ? "h5" : "h6"} id={id}>
            {title}
          </Title>
          <Text size="xs" c="dimmed" component="div" lineClamp={2}>
            {source}
          </Text>
        </div>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("options", { title })}
              disabled={!table || empty !== null}
            >
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={
                asTable ? (
                  <IconChartBar size={16} aria-hidden />
                ) : (
                  <IconTable size={16} aria-hidden />
                )
              }
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? t("show-chart") : t("show-table")}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={() => table && download(title, table)}
            >
              {t("download")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <div
        className={classes.body}
        data-old={query.isPlaceholderData || undefined}
        aria-busy={query.isPlaceholderData}
      >
        {body()}
      </div>
    </>
  );
  return framed ? (
    <Paper component="section" withBorder p="md" className={className} aria-labelledby={id}>
      {content}
    </Paper>
  ) : (
    <section className={className} aria-labelledby={id}>
      {content}
    </section>
  );
}
