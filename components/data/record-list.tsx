"use client";

import { Anchor, Button, Group, Text, UnstyledButton } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { Link } from "@/components/frame/link";
import classes from "./data.module.css";

/** One resource in a list: what it is, what is told beside it, and how it is opened. */
export type RecordLine = {
  key: string;
  title: string;
  /** a date or two, set apart at the right */
  when?: string;
  note?: string;
  badge?: ReactNode;
  onOpen: () => void;
};

/** The first few of a patient's records of one kind, all that came on a click, the rest in the table. */
export function RecordList({
  label,
  lines,
  total,
  tableHref,
  first = 8,
  empty,
}: {
  label: string;
  lines: RecordLine[];
  /** how many there are; more than `lines` where the server gave the newest alone */
  total: number;
  /** the table with all of them */
  tableHref: string;
  first?: number;
  empty: string;
}) {
  const t = useTranslations("data.person");
  const format = useFormatter();
  const [all, setAll] = useState(false);
  if (lines.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    );
  const shown = all ? lines : lines.slice(0, first);
  return (
    <>
      <ul className={classes.records} aria-label={label}>
        {shown.map(({ key, title, when, note, badge, onOpen }) => (
          <li key={key}>
            <UnstyledButton className={classes.record} onClick={onOpen} title={t("open")}>
              <span className={classes.recordName}>
                <Text span inherit>
                  {title}
                </Text>
                {note ? (
                  <Text span size="xs" c="dimmed">
                    {note}
                  </Text>
                ) : null}
                {badge}
              </span>
              {when ? (
                <Text span size="xs" c="dimmed" className={classes.recordWhen}>
                  {when}
                </Text>
              ) : null}
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {lines.length > first || total > lines.length ? (
        <Group gap="sm" mt={6}>
          {lines.length > first ? (
            <Button variant="subtle" size="compact-sm" onClick={() => setAll(!all)}>
              {all ? t("fewer") : t("more", { count: lines.length - first })}
            </Button>
          ) : null}
          {total > lines.length && (all || lines.length <= first) ? (
            <Text size="xs" c="dimmed" className="numbers">
              {t("showing", { shown: format.number(lines.length), total: format.number(total) })}{" "}
              <Anchor component={Link} href={tableHref} size="xs">
                {t("in-table")}
              </Anchor>
            </Text>
          ) : null}
        </Group>
      ) : null}
    </>
  );
}
