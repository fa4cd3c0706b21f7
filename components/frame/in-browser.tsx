"use client";

import { Skeleton, Stack } from "@mantine/core";
import { type ReactNode, useSyncExternalStore } from "react";

const never = () => () => {};

/**
 * What is drawn in the browser alone. A page of the console is all questions to our API, so the server
 * could only draw it empty, and that took most of the time of a page; it sends the frame around it.
 */
export function InBrowser({ children }: { children: ReactNode }) {
  const here = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  if (here) return children;
  return (
    <Stack gap="lg" aria-hidden>
      <Skeleton h={32} w={180} />
      <Skeleton h={220} />
    </Stack>
  );
}
