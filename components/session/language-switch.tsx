"use client";

import { SegmentedControl, VisuallyHidden } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "use-intl";

/** The two languages, each in its own words. What has been typed on the page stays. */
export function LanguageSwitch() {
  const t = useTranslations("session");
  const locale = useLocale();
  const router = useRouter();
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <VisuallyHidden component="legend">{t("language")}</VisuallyHidden>
      <SegmentedControl
        size="xs"
        value={locale}
        onChange={(chosen) => {
          // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
          document.cookie = `locale=${chosen}; path=/; max-age=31536000; samesite=lax`;
          router.refresh();
        }}
        data={[
          { value: "en", label: <span lang="en">English</span> },
          { value: "zh-CN", label: <span lang="zh-CN">简体中文</span> },
        ]}
      />
    </fieldset>
  );
}
