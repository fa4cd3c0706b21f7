"use client";

import {
  ActionIcon,
  Anchor,
  Box,
  Group,
  Menu,
  Paper,
  Skeleton,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconChartBar,
  IconDots,
  IconFileTypeCsv,
  IconFileTypeSvg,
  IconListSearch,
  IconPhoto,
  IconTable,
} from "@tabler/icons-react";
import { Fragment, type ReactNode, useId, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { Link } from "@/components/frame/link";
import classes from "./charts.module.css";
import { type ChartTable, cellValue, csvText } from "./csv-text";
import { seriesColor } from "./palette";
import { picturePng } from "./picture-png";
import { pictureSvg } from "./picture-svg";
import { saveFile } from "./save-file";

/** What a card needs of a TanStack query. */
type Loading = {
  isPending: boolean;
  isPlaceholderData: boolean;
  error: unknown;
  refetch: () => unknown;
};

/** One set of jobs that the card draws; `name` only where there are two. */
export type CardSet = {
  name: string | null;
  /** which jobs, on screen: with whether they are complete */
  source: ReactNode;
  /** the same in words, for the files */
  words: string;
  /** where the resources behind the whole chart are listed */
  href?: string;
};

/** The same numbers for those who read rather than look; scrolls inside the card. */
function TableView({ title, table, height }: { title: string; table: ChartTable; height: number }) {
  const t = useTranslations("visualize.card");
  const format = useFormatter();
  const right = (at: number) =>
    table.rows.some((row) => typeof cellValue(row[at]) === "number") ? "right" : "left";
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
              <Table.Th key={column} ta={right(at)}>
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
            <Table.Tr key={index}>
              {row.map((cell, at) => {
                const value = cellValue(cell);
                const text =
                  typeof value === "number"
                    ? format.number(value, { maximumFractionDigits: 2 })
                    : (value ?? "–");
                return (
                  <Table.Td key={table.columns[at]} ta={right(at)} className={classes.cell}>
                    {typeof cell === "object" && cell !== null && value ? (
                      <Anchor
                        component={Link}
                        href={cell.href}
                        prefetch={false}
                        size="sm"
                        title={t("show-resources")}
                      >
                        {text}
                      </Anchor>
                    ) : (
                      text
                    )}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

/**
 * The frame of every chart: its title, which jobs the numbers come from, and a menu with the table,
 * the files and the way to the resources. While it waits, finds nothing or fails it keeps the
 * chart's height. Two sets of jobs stand side by side.
 */
export function ChartCard({
  title,
  sets,
  note,
  query,
  empty,
  table,
  height = 320,
  className,
  order = 2,
  framed = true,
  controls,
  facts = [],
  overlaid = false,
  children,
}: {
  title: string;
  sets: CardSet[];
  /** what else must be known to read the numbers */
  note?: ReactNode;
  query: Loading;
  /** the words for "nothing to draw"; null while there is something */
  empty: string | null;
  table: ChartTable | null;
  height?: number;
  className?: string;
  order?: 2 | 3;
  framed?: boolean;
  /** stands beside the menu */
  controls?: ReactNode;
  /** further lines over a picture in a file: the filters in force */
  facts?: string[];
  /** two sets are one picture, drawn once: A as bars, B as a line */
  overlaid?: boolean;
  children: (set: number, showTable: () => void) => ReactNode;
}) {
  const t = useTranslations("visualize.card");
  const format = useFormatter();
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const body = useRef<HTMLDivElement>(null);

  // A second try after a failure is pending again; the failure stays until something else is known.
  const failure = useRef<unknown>(null);
  if (query.error) failure.current = query.error;
  else if (!query.isPending) failure.current = null;

  async function savePicture(kind: "svg" | "png") {
    if (!body.current) return;
    try {
      const picture = await pictureSvg(body.current, {
        title,
        lines: [
          ...sets.map(({ name, words }) => (name === null ? words : `${name}: ${words}`)),
          ...facts,
          t("drawn", {
            at: format.dateTime(new Date(), { dateStyle: "long", timeStyle: "short" }),
          }),
        ],
      });
      saveFile(
        title,
        kind,
        kind === "svg"
          ? new Blob([picture.svg], { type: "image/svg+xml" })
          : await picturePng(picture),
      );
    } catch {
      notifications.show({ color: "red", title: t("no-picture"), message: t("no-picture-help") });
    }
  }

  function content() {
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
    if (sets.length === 1)
      return <div style={{ minHeight: height }}>{children(0, () => setAsTable(true))}</div>;
    const named = ({ name, source }: CardSet, mark: ReactNode) => (
      <div className={classes.setName}>
        {mark}
        <strong>{name}</strong>
        {source}
      </div>
    );
    if (overlaid)
      return (
        <div style={{ minHeight: height }}>
          <div className={classes.setNames}>
            {sets.map((set, at) => (
              <Fragment key={set.name}>
                {named(
                  set,
                  <span
                    className={classes.mark}
                    data-mark={at > 0 ? "line" : "bar"}
                    style={{ background: seriesColor(at) }}
                    aria-hidden
                  />,
                )}
              </Fragment>
            ))}
          </div>
          {children(0, () => setAsTable(true))}
        </div>
      );
    return (
      <div className={classes.sets}>
        {sets.map((set, at) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
          <div
            key={set.name}
            role="group"
            aria-label={set.name ?? undefined}
            className={classes.set}
          >
            {named(set, null)}
            {children(at, () => setAsTable(true))}
          </div>
        ))}
      </div>
    );
  }

  const traced = sets.filter(({ href }) => href);
  const whole = (
    <>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs" mb="sm">
        <div style={{ minWidth: 0, flex: 1 }}>
          <Title order={order} size={order === 2 ? "h5" : "h6"} id={id}>
            {title}
          </Title>
          {note || sets.length === 1 ? (
            <Text size="xs" c="dimmed" component="div" className={classes.source}>
              {sets.length === 1 ? sets[0]?.source : null}
              {note ? <span>{note}</span> : null}
            </Text>
          ) : null}
        </div>
        {controls}
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
            {traced.map(({ name, href }) => (
              <Menu.Item
                key={name}
                component={Link}
                href={href ?? ""}
                prefetch={false}
                leftSection={<IconListSearch size={16} aria-hidden />}
              >
                {name === null ? t("show-resources") : t("show-resources-of", { name })}
              </Menu.Item>
            ))}
            <Menu.Divider />
            {(["png", "svg"] as const).map((kind) => (
              <Menu.Item
                key={kind}
                // A picture is of the chart; the table is in the CSV file.
                disabled={asTable}
                leftSection={
                  kind === "png" ? (
                    <IconPhoto size={16} aria-hidden />
                  ) : (
                    <IconFileTypeSvg size={16} aria-hidden />
                  )
                }
                onClick={() => void savePicture(kind)}
              >
                {t(`download-${kind}`)}
              </Menu.Item>
            ))}
            <Menu.Item
              leftSection={<IconFileTypeCsv size={16} aria-hidden />}
              onClick={() =>
                table &&
                saveFile(
                  title,
                  "csv",
                  new Blob([csvText(table)], { type: "text/csv;charset=utf-8" }),
                )
              }
            >
              {t("download")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <div
        ref={body}
        className={classes.body}
        data-old={query.isPlaceholderData || undefined}
        aria-busy={query.isPlaceholderData}
      >
        {content()}
      </div>
    </>
  );
  return framed ? (
    <Paper component="section" withBorder p="md" className={className} aria-labelledby={id}>
      {whole}
    </Paper>
  ) : (
    <section className={className} aria-labelledby={id}>
      {whole}
    </section>
  );
}
