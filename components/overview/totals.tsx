"use client";

import { Anchor, Paper, SimpleGrid, Text, Tooltip } from "@mantine/core";
import { useFormatter, useTranslations } from "use-intl";
import { useBytes } from "@/components/format/use-bytes";
import { Link } from "@/components/frame/link";
import type { Overview } from "@/lib/contract/overview";

/** How much there is, each figure leading to what it counts. */
export function Totals({ totals }: { totals: Overview["totals"] }) {
  const t = useTranslations("overview.totals");
  const format = useFormatter();
  const bytes = useBytes();
  const cards = [
    { name: "patients", value: format.number(totals.patients), href: "/data", more: null },
    {
      name: "resources",
      value: format.number(totals.resources),
      href: "/visualize",
      more: totals.attachments > 0 ? t("attachments-more", { count: totals.attachments }) : null,
    },
    { name: "jobs", value: format.number(totals.jobs), href: "/jobs", more: null },
    {
      name: "storage",
      value: bytes(totals.database_bytes + totals.bulk_bytes),
      href: "/settings?tab=about",
      more: t("storage-parts", {
        database: bytes(totals.database_bytes),
        files: bytes(totals.bulk_bytes),
      }),
    },
  ] as const;
  const explained = ["patients", "resources", "storage"];
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="md">
      {cards.map(({ name, value, href, more }) => (
        <Tooltip
          key={name}
          label={
            name === "storage" && totals.free_bytes !== null
              ? `${t("storage-why")} ${t("storage-free", { free: bytes(totals.free_bytes) })}`
              : explained.includes(name)
                ? t(`${name}-why` as never)
                : ""
          }
          disabled={!explained.includes(name)}
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
            {more ? (
              <Text size="xs" c="dimmed" className="numbers">
                {more}
              </Text>
            ) : null}
          </Paper>
        </Tooltip>
      ))}
    </SimpleGrid>
  );
}
