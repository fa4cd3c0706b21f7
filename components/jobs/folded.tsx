"use client";

import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";

/** A part that is folded away until somebody wants it; its content is made only then. */
export function Folded({
  label,
  children,
  open = false,
}: {
  label: ReactNode;
  children: ReactNode;
  open?: boolean;
}) {
  const [opened, { toggle }] = useDisclosure(open);
  const id = useId();
  const Icon = opened ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        ml={-8}
        leftSection={<Icon size={16} aria-hidden />}
        onClick={toggle}
        aria-expanded={opened}
        aria-controls={id}
      >
        {label}
      </Button>
      <Collapse expanded={opened} id={id}>
        {opened ? <div style={{ paddingTop: 8 }}>{children}</div> : null}
      </Collapse>
    </div>
  );
}
