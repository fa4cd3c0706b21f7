"use client";

import { useTranslations } from "use-intl";

/** A resource type in the reader's words; a type that has none keeps FHIR's name. */
export function useTypeName(): (type: string) => string {
  const t = useTranslations("data.type-names");
  return (type) => (t.has(type as never) ? t(type as never) : type);
}
