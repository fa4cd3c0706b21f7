import { chinese } from "./chinese";
import { english, type Messages } from "./english";

export type { Messages };

export const locales = ["en", "zh-CN"] as const;
export type Locale = (typeof locales)[number];

const all: Record<Locale, Messages> = { en: english, "zh-CN": chinese };

/** The words of one language. */
export function messages(locale: Locale): Messages {
  return all[locale];
}
