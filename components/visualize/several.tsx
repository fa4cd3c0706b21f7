"use client";

import { MultiSelect } from "@mantine/core";
import { useTranslations } from "use-intl";
import classes from "./visualize.module.css";

/** Several of a few; the field says how many, the pills under the filters say which. */
export function Several({
  label,
  any,
  data,
  value,
  onChange,
}: {
  label: string;
  /** the words for "not filtered" */
  any: string;
  data: { value: string; label: string }[];
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const t = useTranslations("visualize.filter");
  return (
    <MultiSelect
      label={label}
      placeholder={value.length > 0 ? t("chosen", { count: value.length }) : any}
      data={data}
      value={value}
      onChange={onChange}
      maxDropdownHeight={360}
      comboboxProps={{ shadow: "md" }}
      hiddenInputProps={{ "aria-hidden": true }}
      classNames={{ input: value.length > 0 ? classes.filled : undefined }}
      renderPill={() => null}
    />
  );
}
