"use client";

import { Group, Skeleton, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { FailureAlert } from "@/components/feedback/failure-alert";

/** A tab's inside: a sentence and the action above, then what was loaded, or why it was not. */
export function Panel<T>({
  text,
  action,
  query,
  children,
}: {
  text: string;
  action?: ReactNode;
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}) {
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Text size="sm" c="dimmed" maw={640} style={{ flex: "1 1 16rem" }}>
          {text}
        </Text>
        {action}
      </Group>
      {query.isError ? (
        <FailureAlert failure={query.error} onRetry={() => query.refetch()} />
      ) : null}
      {query.data !== undefined ? (
        children(query.data)
      ) : query.isPending ? (
        <Stack gap="xs" aria-hidden>
          {[1, 2, 3, 4].map((row) => (
            <Skeleton key={row} height={36} />
          ))}
        </Stack>
      ) : null}
    </Stack>
  );
}
