"use client";

import { Badge } from "@mantine/core";
import type { IconCheck } from "@tabler/icons-react";
import { forwardRef } from "react";

export type PillColor = "gray" | "blue" | "green" | "yellow" | "red";

/**
 * A state in one or two words on a tint of its colour, dark (or light) enough to read: WCAG AA in
 * both themes. The word says all; colour and shape only help.
 */
export const Pill = forwardRef<
  HTMLDivElement,
  { color: PillColor; icon?: typeof IconCheck; size?: "sm" | "md" | "lg"; children: string }
>(function Pill({ color, icon: Icon, size = "md", children, ...rest }, ref) {
  const hue = `var(--mantine-color-${color}`;
  return (
    <Badge
      ref={ref}
      size={size}
      radius="sm"
      tt="none"
      fw={500}
      leftSection={Icon ? <Icon size={14} stroke={1.8} aria-hidden /> : undefined}
      bg={`${hue}-light)`}
      c={`light-dark(color-mix(in srgb, ${hue}-9) 55%, black), ${hue}-2))`}
      style={{ flexShrink: 0, minWidth: "max-content" }}
      styles={{ label: { overflow: "visible" } }}
      {...rest}
    >
      {children}
    </Badge>
  );
});
