"use client";

import { Box, Center, Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Mark } from "@/components/frame/mark";
import { LanguageSwitch } from "./language-switch";

/** One calm column: the product's name, one sentence, what there is to fill in, the language. */
export function PublicShell({ children }: { children: ReactNode }) {
  const t = useTranslations("session");
  return (
    <Center mih="100dvh" px="md" py="xl" bg="light-dark(var(--mantine-color-gray-0), transparent)">
      <Stack w="100%" maw={400} gap="lg">
        <Box component="header" ta="center">
          <Mark size={44} />
          <Text fw={700} size="xl" mt={4} component="p">
            Bulkhouse
          </Text>
          <Text size="sm" c="dimmed">
            {t("tagline")}
          </Text>
        </Box>
        <Paper component="main" withBorder shadow="xs" radius="lg" p={{ base: "lg", xs: "xl" }}>
          {children}
        </Paper>
        <Center component="footer">
          <LanguageSwitch />
        </Center>
      </Stack>
    </Center>
  );
}
