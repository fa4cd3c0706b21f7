import { useTranslations } from "use-intl";
import type { View } from "./view";

/** Why a chart is empty: its own words, or that the filters leave nothing of it. */
export function useEmptyWords({ facts }: View): (own: string) => string {
  const t = useTranslations("visualize");
  return (own) => (facts.length > 0 ? t("nothing-fits") : own);
}
