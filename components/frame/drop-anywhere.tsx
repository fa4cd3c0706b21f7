"use client";

import { Stack, Text } from "@mantine/core";
import { Dropzone, type FileRejection } from "@mantine/dropzone";
import { notifications } from "@mantine/notifications";
import { IconFileUpload } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { handedConfig } from "@/lib/browser/handed-config";

const maxSize = 1_048_576;

/** The whole window takes a server's configuration file, on every page: it becomes a new connection. */
export function DropAnywhere() {
  const t = useTranslations("connections.drop");
  const router = useRouter();
  const take = async ([file]: File[]) => {
    if (!file) return;
    handedConfig.give(await file.text());
    router.push("/connections/new");
  };
  const refuse = (rejections: FileRejection[]) =>
    notifications.show({
      color: "red",
      message:
        rejections.length > 1 ? t("one") : t("too-large", { name: rejections[0]?.file.name ?? "" }),
      autoClose: 10_000,
    });
  return (
    <Dropzone.FullScreen
      active
      // Within the page's main part: what lies outside of it belongs to no landmark.
      withinPortal={false}
      onDrop={take}
      onReject={refuse}
      multiple={false}
      maxSize={maxSize}
      inputProps={{ "aria-label": t("whole"), tabIndex: -1 }}
    >
      <Stack align="center" justify="center" gap="xs" mih="60vh" style={{ pointerEvents: "none" }}>
        <IconFileUpload size={56} stroke={1.4} aria-hidden />
        <Text fw={600} size="xl">
          {t("whole")}
        </Text>
        <Text c="dimmed">{t("whole-text")}</Text>
      </Stack>
    </Dropzone.FullScreen>
  );
}
