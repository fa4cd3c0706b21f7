"use client";

import { Alert } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** Something to know that is no failure: amber, its words in the colour of text. */
export function Notice({
  title,
  icon = <IconInfoCircle aria-hidden />,
  children,
}: {
  title?: string;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={icon}
      title={title}
      role="status"
      styles={{
        label: { color: "var(--mantine-color-text)" },
        message: { overflowWrap: "anywhere" },
      }}
    >
      {children}
    </Alert>
  );
}
