import enErrors from "./en/errors.json";
import enFrame from "./en/frame.json";
import zhErrors from "./zh-CN/errors.json";
import zhFrame from "./zh-CN/frame.json";

/** One file a namespace and language; English is the shape that the other has to match. */
const en = { errors: enErrors, frame: enFrame };

export type Messages = typeof en;

export const locales = ["en", "zh-CN"] as const;
export type Locale = (typeof locales)[number];

const all: Record<Locale, Messages> = {
  en,
  "zh-CN": { errors: zhErrors, frame: zhFrame },
};

/** The words of one language. */
export function messages(locale: Locale): Messages {
  return all[locale];
}
