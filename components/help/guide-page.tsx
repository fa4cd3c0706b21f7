"use client";

import { Anchor, Box, Text } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Link } from "@/components/frame/link";

/** Around a page of docs/: the way back, and a word where it is not in the reader's language. */
export function GuidePage({
  foreign,
  language,
  children,
}: {
  foreign: boolean;
  language: string;
  children: ReactNode;
}) {
  const t = useTranslations("help");
  return (
    <>
      <Anchor component={Link} href="/help" size="sm" mb="xs" display="inline-block">
        <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {t("title")}
      </Anchor>
      {foreign ? (
        <Text size="sm" c="dimmed" mb="sm">
          {t("english-only")}
        </Text>
      ) : null}
      <Box lang={language}>{children}</Box>
    </>
  );
}
