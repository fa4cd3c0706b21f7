"use client";

import dynamic from "next/dynamic";
import type { ComponentProps } from "react";
import type { Providers } from "@/components/frame/providers";
import type { Locale } from "@/messages/messages";

type Props = Omit<ComponentProps<typeof Providers>, "locale" | "messages">;

// Without a fallback there is no Suspense boundary: a redirect to the sign-in page must stay a redirect.
const words = {
  en: dynamic<Props>(() => import("./worded-english").then((found) => found.WordedEnglish)),
  "zh-CN": dynamic<Props>(() => import("./worded-chinese").then((found) => found.WordedChinese)),
};

/**
 * The providers with the words of one language. Those are a file that browsers keep and that the page's head
 * names: written into every page they were the larger half of it.
 */
export function Worded({ locale, ...props }: Props & { locale: Locale }) {
  const Words = words[locale];
  return <Words {...props} />;
}
