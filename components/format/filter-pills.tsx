"use client";

import { Button, Pill } from "@mantine/core";
import { useTranslations } from "use-intl";

/** One filter in force, and what the address says without it. */
export type ActiveFilter = {
  key: string;
  label: string;
  without: Record<string, string | string[] | null>;
};

/** What a page is filtered by; each can be taken off, or all at once. */
export function FilterPills({
  active,
  onChange,
  onClear,
}: {
  active: ActiveFilter[];
  onChange: (without: ActiveFilter["without"]) => void;
  onClear: () => void;
}) {
  const t = useTranslations("visualize.filter");
  if (active.length === 0) return null;
  return (
    <>
      {active.map(({ key, label, without }) => (
        <Pill
          key={key}
          size="md"
          withRemoveButton
          onRemove={() => onChange(without)}
          removeButtonProps={{
            "aria-label": t("remove", { filter: label }),
            "aria-hidden": false,
            tabIndex: 0,
          }}
        >
          {label}
        </Pill>
      ))}
      <Button variant="subtle" size="compact-sm" onClick={onClear}>
        {t("clear-all")}
      </Button>
    </>
  );
}
