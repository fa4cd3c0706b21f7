"use client";

import { Button, Chip, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { defaultResourceTypes, ResourceType } from "@/lib/contract/export-request";

const few = 18;
/** What a patient-centred export asks for most, after the usual five. */
const common = [
  "AllergyIntolerance",
  "Procedure",
  "Immunization",
  "DiagnosticReport",
  "DocumentReference",
  "CarePlan",
  "CareTeam",
  "Goal",
  "Device",
  "Coverage",
  "MedicationStatement",
  "Organization",
  "Practitioner",
];

/**
 * Which types to export; an empty choice means all.
 * @param offered what the server's CapabilityStatement names; empty where that is not known
 */
export function TypePicker({
  offered,
  value,
  onChange,
}: {
  offered: string[];
  value: string[];
  onChange: (types: string[]) => void;
}) {
  const t = useTranslations("exports.types");
  const [whole, setWhole] = useState(false);
  const [other, setOther] = useState("");
  const [wrong, setWrong] = useState(false);
  const known = offered.length ? offered : [...defaultResourceTypes, ...common];
  const rank = (type: string) => {
    const place = [...defaultResourceTypes, ...common].indexOf(type);
    return place === -1 ? 999 : place;
  };
  const all = [...new Set([...known, ...value])].sort(
    (a, b) => rank(a) - rank(b) || a.localeCompare(b),
  );
  const shown = whole ? all : all.filter((type, place) => place < few || value.includes(type));
  const usual = defaultResourceTypes.filter((type) => known.includes(type));
  const isUsual = value.length === usual.length && usual.every((type) => value.includes(type));
  return (
    <Stack gap="xs" role="group" aria-labelledby="export-types">
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={500} id="export-types">
          {t("title")}
          {value.length ? (
            <Text span size="sm" c="dimmed" fw={400}>
              {" "}
              · {t("count", { count: value.length })}
            </Text>
          ) : null}
        </Text>
        <Group gap={6}>
          <Button
            size="compact-sm"
            variant={isUsual ? "light" : "default"}
            aria-pressed={isUsual}
            onClick={() => onChange(usual)}
          >
            {t("usual")}
          </Button>
          <Button
            size="compact-sm"
            variant={value.length === 0 ? "light" : "default"}
            aria-pressed={value.length === 0}
            onClick={() => onChange([])}
          >
            {t("all")}
          </Button>
        </Group>
      </Group>
      <Group gap={6}>
        <Chip.Group multiple value={value} onChange={onChange}>
          {shown.map((type) => (
            <Chip key={type} value={type} size="sm" variant="light" radius="sm">
              {type}
            </Chip>
          ))}
        </Chip.Group>
        {all.length > few ? (
          <Button size="compact-sm" variant="subtle" onClick={() => setWhole(!whole)}>
            {whole ? t("less") : t("more", { count: all.length })}
          </Button>
        ) : null}
      </Group>
      {value.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("all-hint")}
        </Text>
      ) : null}
      {offered.length === 0 ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const parsed = ResourceType.safeParse(other.trim());
            setWrong(!parsed.success);
            if (!parsed.success) return;
            onChange([...new Set([...value, parsed.data])]);
            setOther("");
          }}
        >
          <Group gap="xs" align="flex-start">
            <TextInput
              size="xs"
              aria-label={t("other")}
              placeholder={t("other")}
              value={other}
              onChange={({ currentTarget }) => setOther(currentTarget.value)}
              error={wrong ? t("other-wrong") : undefined}
            />
            <Button
              type="submit"
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
            >
              {t("other-add")}
            </Button>
          </Group>
        </form>
      ) : null}
    </Stack>
  );
}
