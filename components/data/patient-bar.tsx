"use client";

import {
  ActionIcon,
  Anchor,
  Avatar,
  Code,
  Group,
  Paper,
  Skeleton,
  Text,
  Tooltip,
} from "@mantine/core";
import { IconUser, IconX } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { personName } from "@/components/format/person-name";
import { Link } from "@/components/frame/link";
import { useDataRows } from "@/lib/browser/data-queries";
import { useCellText } from "./use-cell-text";

/** Whose rows the table shows, in words; the counts beside it are this patient's. */
export function PatientBar({
  patient,
  job,
  onClear,
  href,
}: {
  patient: string;
  job: string | undefined;
  onClear: () => void;
  /** the patient's page */
  href: string;
}) {
  const t = useTranslations("data");
  const textOf = useCellText();
  const query = useDataRows("Patient", {
    patient,
    filter: job ? `job=${job}` : "",
    page: 1,
    page_size: 25,
  });
  const row = query.isPlaceholderData ? undefined : query.data?.rows[0];
  const columns = row?.columns ?? {};
  const name =
    [columns.name, personName(columns)].find((one) => typeof one === "string" && one !== "") ??
    null;
  const facts = [
    typeof columns.gender === "string" ? textOf("gender", columns.gender) : null,
    columns.birth_date
      ? t("patient-born", { date: textOf("birth_date", columns.birth_date) })
      : null,
    columns.deceased_at
      ? t("patient-died", { date: textOf("deceased_at", columns.deceased_at) })
      : columns.deceased === true
        ? t("patient-deceased")
        : null,
  ].filter((fact) => fact !== null);
  return (
    <Paper withBorder px="md" py="xs" mb="md">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Avatar size={36} alt="">
            <IconUser size={20} aria-hidden />
          </Avatar>
          <div style={{ minWidth: 0 }}>
            {query.isPending || query.isPlaceholderData ? (
              <Skeleton height={20} width={220} />
            ) : row ? (
              <Group gap="xs">
                <Anchor component={Link} href={href} fw={600} size="sm" title={t("patient-page")}>
                  {name ?? t("patient")}
                </Anchor>
                <Text size="sm" c="dimmed">
                  {facts.join(" · ")}
                </Text>
              </Group>
            ) : (
              <Text size="sm">
                {t("patient-none")}{" "}
                <Anchor component={Link} href={href} size="sm">
                  {t("patient-page")}
                </Anchor>
              </Text>
            )}
            <Code style={{ overflowWrap: "anywhere" }}>{patient}</Code>
          </div>
        </Group>
        <Tooltip label={t("patient-clear")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={onClear}
            aria-label={t("patient-clear")}
          >
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Paper>
  );
}
