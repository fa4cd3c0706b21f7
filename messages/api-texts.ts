import en from "./api/en.json";
import zhCN from "./api/zh-CN.json";
import type { Locale } from "./messages";

/** The words of the API's description: of topics, calls, parameters and fields. */
export type ApiTexts = {
  title: string;
  description: string;
  topics: Record<string, string>;
  calls: Record<string, { summary: string; description?: string }>;
  /** by name, or by "Schema.name" where the name means something else there */
  fields: Record<string, string>;
  answers: Record<"ok" | "created" | "lines" | "failure" | "key" | "basic" | "session", string>;
};

const all: Record<Locale, ApiTexts> = { en, "zh-CN": zhCN };

/** Apart from `messages`: the browser does not need them. */
export const apiTexts = (locale: Locale): ApiTexts => all[locale];
