"use client";

import { Group, NavLink, ScrollArea, Select, Text } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { selectText } from "@/components/format/select-text";
import { useTypeName } from "@/components/format/use-type-name";
import classes from "./data.module.css";

/** The types there are with their numbers of rows: a list beside the table, a select where it is narrow. */
export function TypeList({
  types,
  value,
  onChange,
}: {
  types: { type: string; records: number }[];
  value: string | null;
  onChange: (type: string) => void;
}) {
  const t = useTranslations("data");
  const format = useFormatter();
  const nameOf = useTypeName();
  return (
    <>
      <nav className={classes.rail} aria-label={t("types")}>
        <ScrollArea.Autosize mah="calc(100dvh - 220px)" type="auto" offsetScrollbars>
          {types.map(({ type, records }) => (
            <NavLink
              key={type}
              component="button"
              type="button"
              label={nameOf(type)}
              title={type}
              rightSection={
                <Text size="xs" c="dimmed" className="numbers">
                  {format.number(records)}
                </Text>
              }
              active={type === value}
              aria-current={type === value ? "true" : undefined}
              onClick={() => onChange(type)}
              py={6}
              style={{ borderRadius: "var(--mantine-radius-md)" }}
            />
          ))}
        </ScrollArea.Autosize>
      </nav>
      <Select
        className={classes.typeSelect}
        label={t("type")}
        data={types.map(({ type }) => ({
          value: type,
          label: nameOf(type) === type ? type : `${nameOf(type)} (${type})`,
        }))}
        value={value}
        onChange={(type) => type && onChange(type)}
        allowDeselect={false}
        searchable
        onFocus={selectText}
        onClick={selectText}
        maxDropdownHeight={360}
        renderOption={({ option }) => (
          <Group justify="space-between" flex={1} wrap="nowrap">
            <span>{option.label}</span>
            <Text size="xs" c="dimmed" className="numbers">
              {format.number(types.find((one) => one.type === option.value)?.records ?? 0)}
            </Text>
          </Group>
        )}
      />
    </>
  );
}
