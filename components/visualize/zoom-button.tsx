"use client";

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import type { View } from "./view";

/** Makes charts over time show the chosen period alone (years become months), and all time again. */
export function ZoomButton({ view: { filter, zoom, set } }: { view: View }) {
  const t = useTranslations("visualize.zoom");
  const period = filter.from && filter.to ? `${filter.from}_${filter.to}` : null;
  const shown = zoom ? `${zoom.from}_${zoom.to}` : null;
  const inwards = period !== null && period !== shown;
  if (!inwards && !zoom) return null;
  const words = inwards ? t("in") : t("out");
  return (
    <Tooltip label={words}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={words}
        onClick={() => set({ zoom: inwards ? period : null })}
      >
        {inwards ? <IconZoomIn size={18} aria-hidden /> : <IconZoomOut size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
