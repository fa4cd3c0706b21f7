"use client";

import { ActionIcon, Anchor, Popover, Text } from "@mantine/core";
import { IconHelpCircle } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { Link } from "@/components/frame/link";
import { type Word, words } from "./words";

/**
 * A question mark beside a word of FHIR: what it means, and where more is said. A button, so that it
 * works by mouse, touch and keyboard alike; Escape closes it.
 */
export function Explained({ word }: { word: Word }) {
  const t = useTranslations("help");
  const title = t(`words.${word}.title`);
  return (
    <Popover width={300} position="top" withArrow shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={24}
          radius="xl"
          // The word as its description: as its name, whoever looks for the field by its label would find two.
          aria-label={t("explain")}
          aria-description={title}
        >
          <IconHelpCircle size={16} stroke={1.8} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={600} mb={4}>
          {title}
        </Text>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {t(`words.${word}.text`)}
        </Text>
        <Anchor component={Link} href={`/help/${words[word]}`} size="sm" mt={6} display="block">
          {t("more")}
        </Anchor>
      </Popover.Dropdown>
    </Popover>
  );
}
