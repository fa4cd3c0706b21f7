"use client";

import type { ComponentProps } from "react";
import { Providers } from "@/components/frame/providers";
import { english } from "@/messages/english";

/** The providers with English words. */
export function WordedEnglish(
  props: Omit<ComponentProps<typeof Providers>, "locale" | "messages">,
) {
  return <Providers locale="en" messages={english} {...props} />;
}
