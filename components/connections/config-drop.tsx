"use client";

import { Alert, Button, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { Dropzone, type FileRejection } from "@mantine/dropzone";
import { IconAlertTriangle, IconFileUpload } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";

const maxSize = 1_048_576;

/**
 * Takes a config as a dropped, chosen or pasted file (dropped beside it, the whole window takes it:
 * frame/drop-anywhere). The text is given to `onText` and nowhere else.
 */
export function ConfigDrop({
  onText,
  loading = false,
  more,
}: {
  onText: (text: string) => void;
  loading?: boolean;
  /** further ways in, beside the button */
  more?: ReactNode;
}) {
  const t = useTranslations("connections.drop");
  const open = useRef<() => void>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const take = useRef(onText);
  take.current = onText;

  useEffect(() => {
    // A paste outside of every field is meant for us.
    const paste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData("text") ?? "";
      if ((event.target as Element).closest("input, textarea") || !text.trim()) return;
      event.preventDefault();
      take.current(text);
    };
    window.addEventListener("paste", paste);
    return () => window.removeEventListener("paste", paste);
  }, []);

  const accept = async ([file]: File[]) => {
    setRefused(null);
    if (file) onText(await file.text());
  };
  const reject = (rejections: FileRejection[]) =>
    setRefused(
      rejections.length > 1 ? t("one") : t("too-large", { name: rejections[0]?.file.name ?? "" }),
    );

  return (
    <>
      <Dropzone
        onDrop={accept}
        onReject={reject}
        openRef={open}
        loading={loading}
        multiple={false}
        maxSize={maxSize}
        tabIndex={-1}
        activateOnKeyboard={false}
        enablePointerEvents
        inputProps={{ "aria-label": t("choose") }}
        radius="md"
        p="xl"
      >
        <Stack align="center" gap="xs" ta="center" py="md">
          <ThemeIcon size={52} radius="xl" variant="light" aria-hidden>
            <IconFileUpload size={26} stroke={1.6} />
          </ThemeIcon>
          <Text fw={600} size="lg">
            {t("title")}
          </Text>
          <Text c="dimmed" size="sm" maw={460}>
            {t("text")}
          </Text>
          <Group gap="xs" mt="xs" justify="center">
            <Button
              onClick={(event) => {
                event.stopPropagation();
                open.current?.();
              }}
            >
              {t("choose")}
            </Button>
            {more}
          </Group>
          <Text c="dimmed" size="xs" mt={4}>
            {t("safe")}
          </Text>
        </Stack>
      </Dropzone>
      {refused ? (
        <Alert
          mt="sm"
          color="red"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          role="alert"
        >
          {refused}
        </Alert>
      ) : null}
    </>
  );
}
