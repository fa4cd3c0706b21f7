"use client";

import { type ReactNode, use } from "react";
import { Providers } from "@/components/frame/providers";
import type { Locale, Messages } from "@/messages/messages";

const sources: Record<Locale, () => Promise<Messages>> = {
  en: () => import("@/messages/english").then(({ english }) => english),
  "zh-CN": () => import("@/messages/chinese").then(({ chinese }) => chinese),
};
const loaded = new Map<Locale, Promise<Messages>>();

function words(locale: Locale): Promise<Messages> {
  const known = loaded.get(locale) ?? sources[locale]();
  loaded.set(locale, known);
  return known;
}

/**
 * The providers with the words of one language. Those come as a file that browsers keep: written into
 * every page they were the larger half of it.
 */
export function Worded({
  locale,
  now,
  children,
}: {
  locale: Locale;
  now: number;
  children: ReactNode;
}) {
  return (
    <Providers locale={locale} messages={use(words(locale))} now={now}>
      {children}
    </Providers>
  );
}
