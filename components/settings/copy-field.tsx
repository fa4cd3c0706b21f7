"use client";

import { ActionIcon, CopyButton, Textarea, TextInput, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslations } from "use-intl";

/** Something to take along: selected at a click, copied with a button. */
export function CopyField({
  label,
  value,
  rows,
}: {
  label: string;
  value: string;
  /** more than one line */
  rows?: number;
}) {
  const t = useTranslations("frame");
  const Field = rows ? Textarea : TextInput;
  return (
    <Field
      label={label}
      value={value}
      readOnly
      rows={rows}
      onFocus={(event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
        event.currentTarget.select()
      }
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      rightSectionProps={rows ? { style: { alignItems: "flex-start", paddingTop: 6 } } : undefined}
      rightSection={
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t("copied") : t("copy")}>
              <ActionIcon
                variant="subtle"
                color={copied ? "green" : "gray"}
                onClick={copy}
                aria-label={`${copied ? t("copied") : t("copy")}: ${label}`}
              >
                {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      }
    />
  );
}
