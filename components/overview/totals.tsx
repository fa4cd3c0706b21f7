"use client";

import { Anchor, Paper, SimpleGrid, Text, Tooltip } from "@mantine/core";
import Link from "next/link";
import { useFormatter, useTranslations } from "use-intl";
import { useBytes } from "@/components/format/use-bytes";
import type { Overview } from "@/lib/contract/overview";

/** How much there is, each figure leading to what it counts. */
export function Totals({ totals }: { totals: Overview["totals"] }) {
  const t = useTranslations("overview.totals");
  const format = useFormatter();
  const bytes = useBytes();
  const cards = [
    { name: "patients", value: format.number(totals.patients), href: "/data", why: true },
    { name: "resources", value: format.number(totals.resources), href: "/visualize", why: true },
    { name: "jobs", value: format.number(totals.jobs), href: "/jobs", why: false },
    {
      name: "connections",
      value: format.number(totals.connections),
      href: "/connections",
      why: false,
    },
    { name: "database", value: bytes(totals.database_bytes), href: "/settings", why: false },
  ] as const;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="md">
      {cards.map(({ name, value, href, why }) => (
        <Tooltip
          key={name}
          label={why ? t(`${name}-why` as never) : ""}
          disabled={!why}
          multiline
          maw={260}
        >
          <Paper withBorder radius="md" px="md" py="sm">
            <Anchor component={Link} href={href} size="sm" c="dimmed" underline="hover">
              {t(name)}
            </Anchor>
            <Text fz={24} fw={600} lh={1.3} className="numbers">
              {value}
            </Text>
          </Paper>
        </Tooltip>
      ))}
    </SimpleGrid>
  );
}
