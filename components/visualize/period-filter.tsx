"use client";

import { MonthPickerInput } from "@mantine/dates";
import { useState } from "react";
import { useTranslations } from "use-intl";

/** From one month to another; the same month twice is that month. */
export function PeriodFilter({
  from,
  to,
  onChange,
}: {
  from: string | null;
  to: string | null;
  onChange: (period: { from: string | null; to: string | null }) => void;
}) {
  const t = useTranslations("visualize.filter");
  // Between the first click and the second there is half a period, which is nobody else's business.
  const [half, setHalf] = useState<string | null>(null);
  const day = (month: string | null) => (month ? `${month}-01` : null);
  return (
    <MonthPickerInput
      type="range"
      label={t("period")}
      placeholder={t("period-any")}
      valueFormat="MMM YYYY"
      // A button's words, not an input's hint: Mantine's grey has a contrast of 2.6 here.
      styles={{ placeholder: { color: "var(--mantine-color-dimmed)" } }}
      allowSingleDateInRange
      numberOfColumns={1}
      value={half ? [half, null] : [day(from), day(to)]}
      onChange={([first, last]) => {
        if (first && !last) setHalf(first);
        else {
          setHalf(null);
          onChange({ from: first?.slice(0, 7) ?? null, to: last?.slice(0, 7) ?? null });
        }
      }}
      onDropdownClose={() => setHalf(null)}
      clearable
      clearButtonProps={{ "aria-label": t("period-clear") }}
      popoverProps={{ shadow: "md" }}
    />
  );
}
