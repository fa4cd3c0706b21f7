"use client";

import "@fontsource-variable/noto-sans-sc";
import type { ComponentProps } from "react";
import { Providers } from "@/components/frame/providers";
import { chinese } from "@/messages/chinese";

/** The providers with Chinese words. */
export function WordedChinese(
  props: Omit<ComponentProps<typeof Providers>, "locale" | "messages">,
) {
  return <Providers locale="zh-CN" messages={chinese} {...props} />;
}
