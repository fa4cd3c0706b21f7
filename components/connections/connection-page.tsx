"use client";

import { Anchor, Button, Code, Grid, Group, Skeleton, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowLeft, IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { StartExport } from "@/components/exports/start-export";
import { Loaded } from "@/components/feedback/loaded";
import { Link } from "@/components/frame/link";
import { PageHeader } from "@/components/frame/page-header";
import { connectionQuery } from "@/lib/browser/connections-queries";
import { useUrlState } from "@/lib/browser/url-state";
import type { ConnectionView } from "@/lib/contract/connection";
import type { Role } from "@/lib/contract/settings";
import { ConnectionFacts } from "./connection-facts";
import { ConnectionTest, useConnectionTest } from "./connection-test";
import { ConnectionTestBadge } from "./connection-test-badge";
import { EditConnection } from "./edit-connection";
import { PublishedKeys } from "./published-keys";
import { RegistrationCard } from "./registration-card";
import { RemoveConnection } from "./remove-connection";

/** One server: does it let us in, which groups has it, start an export, change or remove it. */
export function ConnectionPage({ connectionId, role }: { connectionId: string; role: Role }) {
  const t = useTranslations("connections");
  const connection = useQuery(connectionQuery(connectionId));
  return (
    <>
      <Anchor component={Link} href="/connections" size="sm" mb="xs" display="inline-block">
        <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {t("title")}
      </Anchor>
      <Loaded
        wholePage
        query={connection}
        skeleton={
          <Stack>
            <Skeleton h={60} maw={480} />
            <Grid gap="lg">
              <Grid.Col span={{ base: 12, lg: 8 }}>
                <Skeleton h={70} mb="lg" />
                <Skeleton h={420} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, lg: 4 }}>
                <Skeleton h={360} />
              </Grid.Col>
            </Grid>
          </Stack>
        }
      >
        {(view) => <Detail connection={view} role={role} />}
      </Loaded>
    </>
  );
}

function Detail({ connection, role }: { connection: ConnectionView; role: Role }) {
  const t = useTranslations("connections");
  const may = role !== "viewer";
  const test = useConnectionTest(connection.connection_id);
  const [editing, edit] = useDisclosure();
  const { search, set } = useUrlState();
  const asked = search.get("test") === "1";
  const { run } = test;
  useEffect(() => {
    if (!asked) return;
    set({ test: null });
    if (may) run();
  }, [asked, may, run, set]);
  return (
    <>
      <PageHeader
        title={connection.name}
        action={
          may ? (
            <Button
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={edit.open}
            >
              {t("edit.open")}
            </Button>
          ) : undefined
        }
      >
        <Group gap="sm">
          <Code style={{ overflowWrap: "anywhere" }}>{connection.fhir_base_url}</Code>
          <ConnectionTestBadge test={connection.last_test} />
        </Group>
      </PageHeader>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="lg">
            <ConnectionTest connection={connection} test={test} may={may} />
            <StartExport connection={connection} may={may} wait={test.running || asked} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            <ConnectionFacts connection={connection} />
            {connection.published_keys.length > 0 ? (
              <PublishedKeys connection={connection} may={may} />
            ) : null}
            {connection.auth === "smart" && connection.key ? (
              <RegistrationCard connectionId={connection.connection_id} />
            ) : null}
            {may ? <RemoveConnection connection={connection} /> : null}
          </Stack>
        </Grid.Col>
      </Grid>
      {may ? (
        <EditConnection connection={connection} opened={editing} onClose={edit.close} />
      ) : null}
    </>
  );
}
