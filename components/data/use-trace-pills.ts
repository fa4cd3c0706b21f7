import { useFormatter, useTranslations } from "use-intl";
import { codeSystemName } from "@/components/format/code-system-name";
import type { ActiveFilter } from "@/components/format/filter-pills";

/** What a bar stood for that led here, in words that can be taken off. */
export function useTracePills(trace: [string, string][]): ActiveFilter[] {
  const t = useTranslations("data.trace");
  const words = useTranslations("visualize.encounters");
  const format = useFormatter();
  const of = new Map(trace);
  const number = (name: string) => {
    const value = of.get(name);
    return value === undefined ? null : format.number(Number(value));
  };
  const [from, to] = [number("value_from"), number("value_to")];
  const system = of.get("code_system");
  const kind = of.get("class");
  const pill = (names: string[], label: string): ActiveFilter => ({
    key: names[0] ?? label,
    label,
    without: Object.fromEntries(names.map((name) => [name, null])),
  });
  const code = of.get("code");
  return [
    ...(code
      ? [
          pill(
            ["code", "code_system", "unit", "value_from", "value_to"],
            [t("code", { code }), system ? codeSystemName(system) : null]
              .filter(Boolean)
              .join(" · "),
          ),
        ]
      : []),
    ...(of.get("display") ? [pill(["display"], of.get("display") ?? "")] : []),
    ...(kind
      ? [
          pill(
            ["class"],
            t("class", {
              name: words.has(`class.${kind}` as never) ? words(`class.${kind}` as never) : kind,
            }),
          ),
        ]
      : []),
    ...(of.get("class_not") ? [pill(["class_not"], t("class-other"))] : []),
    ...(of.has("numeric") ? [pill(["numeric"], t("numeric"))] : []),
    ...(of.has("unit")
      ? [
          pill(
            ["unit"],
            of.get("unit") ? t("unit", { unit: of.get("unit") ?? "" }) : t("unit-none"),
          ),
        ]
      : []),
    ...(from !== null && to !== null
      ? [pill(["value_from", "value_to"], t("value-between", { from, to }))]
      : from !== null
        ? [pill(["value_from"], t("value-from", { from }))]
        : to !== null
          ? [pill(["value_to"], t("value-to", { to }))]
          : []),
    ...(of.get("month") ? [pill(["month"], of.get("month") ?? "")] : []),
  ];
}
