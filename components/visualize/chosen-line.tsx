"use client";

import { Anchor, Text } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Link } from "@/components/frame/link";

/** Under a chart that filters the page: what is chosen in it, the way to its resources, and back. */
export function ChosenLine({
  words,
  href,
  onClear,
}: {
  words: string;
  href: string;
  onClear: () => void;
}) {
  const t = useTranslations("visualize");
  return (
    <Text size="xs" mt="xs" role="status" data-picture="no">
      {words}
      {" · "}
      <Anchor component={Link} href={href} prefetch={false} size="xs" underline="always">
        {t("card.show-resources")}
      </Anchor>
      {" · "}
      <Anchor component="button" type="button" size="xs" underline="always" onClick={onClear}>
        {t("filter.clear-choice")}
      </Anchor>
    </Text>
  );
}
