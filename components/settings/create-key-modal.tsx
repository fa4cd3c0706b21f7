"use client";

import {
  Alert,
  Anchor,
  Button,
  Group,
  Modal,
  Radio,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { Link } from "@/components/frame/link";
import { useCreateApiKey } from "@/lib/browser/settings-queries";
import type { ApiKeyScope } from "@/lib/contract/settings";
import { CopyField } from "./copy-field";

const dayMs = 24 * 60 * 60 * 1000;

/** Makes an API key and shows it this once, with a call to try it with. */
export function CreateKeyModal({ mayWrite, onClose }: { mayWrite: boolean; onClose: () => void }) {
  const t = useTranslations("settings.keys");
  const frame = useTranslations("frame");
  const create = useCreateApiKey();
  const form = useForm<{ name: string; scope: ApiKeyScope; days: string }>({
    initialValues: { name: "", scope: "read", days: "0" },
    validate: { name: (value) => (value.trim() ? null : t("name-missing")) },
  });
  const made = create.data;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      // What is shown only once goes by its button, not by a slip of the hand.
      closeOnClickOutside={!made}
      closeOnEscape={!made}
      withCloseButton={!made}
      title={made ? t("made-title") : t("create-title")}
      closeButtonProps={{ "aria-label": frame("close") }}
      styles={{ title: { fontWeight: 600 } }}
    >
      {made ? (
        <Stack>
          <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
            {t("made-text")}
          </Alert>
          <CopyField label={t("key")} value={made.key} />
          <CopyField
            label={t("example")}
            rows={3}
            value={`curl -H "Authorization: Bearer ${made.key}" \\\n  ${window.location.origin}/api/bulk-data/jobs`}
          />
          <Text size="sm">
            {t.rich("example-more", {
              link: (words) => (
                <Anchor component={Link} href="/help/api" target="_blank">
                  {words}
                </Anchor>
              ),
            })}
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>{t("done")}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          noValidate
          onSubmit={form.onSubmit(({ name, scope, days }) =>
            create.mutate({
              name: name.trim(),
              scope,
              ...(days === "0"
                ? {}
                : { expires_at: new Date(Date.now() + Number(days) * dayMs).toISOString() }),
            }),
          )}
        >
          <Stack>
            {create.isError ? <FailureAlert failure={create.error} title={t("failed")} /> : null}
            <TextInput
              label={t("name")}
              description={t("name-hint")}
              maxLength={200}
              autoComplete="off"
              data-autofocus
              {...form.getInputProps("name")}
            />
            <Radio.Group label={t("scope")} {...form.getInputProps("scope")}>
              <Stack gap="xs" mt={6}>
                <Radio value="read" label={t("scope-read")} description={t("scope-read-text")} />
                {mayWrite ? (
                  <Radio
                    value="write"
                    label={t("scope-write")}
                    description={t("scope-write-text")}
                  />
                ) : null}
              </Stack>
            </Radio.Group>
            <Select
              label={t("expires")}
              description={t("expires-hint")}
              data={["30", "90", "365", "0"].map((days) => ({
                value: days,
                label: t("days", { days: Number(days) }),
              }))}
              allowDeselect={false}
              {...form.getInputProps("days")}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {frame("cancel")}
              </Button>
              <Button type="submit" loading={create.isPending}>
                {t("submit")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
