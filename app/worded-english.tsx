"use client";

import { type ComponentProps, useEffect } from "react";
import { Providers } from "@/components/frame/providers";
import { english } from "@/messages/english";

/** The providers with English words. */
export function WordedEnglish(
  props: Omit<ComponentProps<typeof Providers>, "locale" | "messages">,
) {
  // Names and groups may be Chinese here too, but nobody waits for what tells where those glyphs are (97 KB).
  useEffect(() => {
    void import("./chinese-font").catch(() => {});
  }, []);
  return <Providers locale="en" messages={english} {...props} />;
}
