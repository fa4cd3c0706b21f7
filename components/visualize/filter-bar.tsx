"use client";

import { Box, Button, Drawer, Group, Switch } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconFilter } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { type ActiveFilter, FilterPills } from "@/components/format/filter-pills";
import type { JobSummary } from "@/lib/contract/job";
import { PatientFields, SetFields } from "./filter-fields";
import type { View } from "./view";
import classes from "./visualize.module.css";

/**
 * The filters of the page, what is filtered by as pills that can be taken off, and the switch to
 * compare. On a narrow screen the fields are in a drawer.
 */
export function FilterBar({
  view,
  jobs,
  active,
  compare,
  onCompare,
  onClear,
}: {
  view: View;
  jobs: JobSummary[];
  active: ActiveFilter[];
  compare: boolean;
  onCompare: (on: boolean) => void;
  onClear: () => void;
}) {
  const t = useTranslations("visualize.filter");
  const [opened, { open, close }] = useDisclosure(false);
  const { sets, filter, set } = view;
  const fields = (
    <div className={classes.fields}>
      <SetFields filter={sets[0].filter} prefix="" name={sets[0].name} jobs={jobs} set={set} />
      {sets[1] ? (
        <SetFields filter={sets[1].filter} prefix="b_" name={sets[1].name} jobs={jobs} set={set} />
      ) : null}
      <PatientFields filter={filter} set={set} />
    </div>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing is submitted
    <div role="search" aria-label={t("name")} className={classes.filters}>
      <Box visibleFrom="sm">{fields}</Box>
      <Group gap="xs" className={classes.pills}>
        <Button
          hiddenFrom="sm"
          variant="default"
          size="xs"
          leftSection={<IconFilter size={16} aria-hidden />}
          onClick={open}
        >
          {active.length > 0 ? t("open-with", { count: active.length }) : t("open")}
        </Button>
        <Switch
          size="sm"
          label={t("compare")}
          checked={compare}
          onChange={({ currentTarget }) => onCompare(currentTarget.checked)}
        />
        <FilterPills active={active} onChange={set} onClear={onClear} />
      </Group>
      <Drawer
        opened={opened}
        onClose={close}
        title={t("name")}
        position="bottom"
        size="auto"
        padding="md"
      >
        {fields}
        <Button fullWidth mt="md" onClick={close}>
          {t("show-charts")}
        </Button>
      </Drawer>
    </div>
  );
}
