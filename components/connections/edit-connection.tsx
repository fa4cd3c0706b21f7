"use client";

import { Button, Drawer, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useChangeConnection } from "@/lib/browser/connections-queries";
import type { ConnectionView } from "@/lib/contract/connection";
import { ConnectionFields } from "./connection-fields";
import { bodyOf, type ConnectionValues, valuesOf } from "./connection-values";
import { KeyFacts } from "./key-facts";

/** Name, addresses, client id and scope; a new key replaces the old one, an empty field keeps it. */
export function EditConnection({
  connection,
  opened,
  onClose,
}: {
  connection: ConnectionView;
  opened: boolean;
  onClose: () => void;
}) {
  const t = useTranslations("connections");
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={t("edit.title")}
      position="right"
      size="lg"
      styles={{ title: { fontWeight: 600 } }}
    >
      <Form connection={connection} onClose={onClose} />
    </Drawer>
  );
}

/** A token of the one is not asked for anew where the other is meant; half an address is no server yet. */
const sameServer = (one: string, other: string) =>
  URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;

function Form({ connection, onClose }: { connection: ConnectionView; onClose: () => void }) {
  const t = useTranslations("connections");
  const tFrame = useTranslations("frame");
  const change = useChangeConnection(connection.connection_id);
  const before = valuesOf(connection);
  const form = useForm<ConnectionValues>({
    mode: "controlled",
    initialValues: {
      ...before,
      // Left empty on purpose, it stays empty.
      jwks_url:
        before.auth === "made"
          ? before.jwks_url
          : before.jwks_url || `${window.location.origin}/.well-known/jwks.json`,
    },
    validate: {
      fhir_base_url: (value) => (value.trim() ? null : t("field.required")),
      client_id: (value, { auth }) =>
        auth !== "smart" || value.trim() ? null : t("field.required"),
      private_key: (value, { auth }) =>
        auth !== "smart" || (connection.key && before.auth !== "made") || value.trim()
          ? null
          : t("field.required"),
      bearer_token: (value, { auth, fhir_base_url }) =>
        auth !== "bearer" ||
        (connection.has_bearer_token && sameServer(fhir_base_url, before.fhir_base_url)) ||
        value.trim()
          ? null
          : t("field.required"),
    },
  });
  const save = (values: ConnectionValues) => {
    change.mutate(bodyOf(values, before), {
      onSuccess: () => {
        notifications.show({ message: t("edit.saved"), color: "green" });
        onClose();
      },
    });
  };
  return (
    <form onSubmit={form.onSubmit(save)} noValidate>
      <Stack>
        <ConnectionFields
          form={form}
          replace
          keyFacts={connection.key ? <KeyFacts facts={connection.key} /> : undefined}
        />
        {change.isError ? (
          <FailureAlert failure={change.error} title={t("create.not-saved")} />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {tFrame("cancel")}
          </Button>
          <Button type="submit" loading={change.isPending} disabled={!form.isDirty()}>
            {t("edit.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
