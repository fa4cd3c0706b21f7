import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** One page title, one line under it, the primary action at the right. */
export function PageHeader({
  title,
  children,
  action,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="sm">
      <Stack gap={2} style={{ minWidth: 0, flex: "1 1 16rem" }}>
        <Title order={1} size="h2">
          {title}
        </Title>
        {children ? (
          <Text c="dimmed" component="div">
            {children}
          </Text>
        ) : null}
      </Stack>
      {action}
    </Group>
  );
}
