"use client";

import {
  Anchor,
  Button,
  Code,
  CopyButton,
  Drawer,
  Group,
  Skeleton,
  Stack,
  Text,
} from "@mantine/core";
import { IconCheck, IconCopy, IconDownload, IconUser } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/feedback/loaded";
import { ShortId } from "@/components/format/short-id";
import { Link } from "@/components/frame/link";
import { useDataResource } from "@/lib/browser/data-queries";
import type { DataResource } from "@/lib/contract/data";
import { AttachmentLine } from "./attachment-line";
import classes from "./data.module.css";
import { JsonText } from "./json-text";

function download(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/fhir+json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The documents that it names. */
function AttachmentList({ data }: { data: DataResource }) {
  const t = useTranslations("data.drawer");
  if (data.attachments.length === 0) return null;
  return (
    <>
      <Text fw={600} size="sm" component="h2" mt="md" mb={6}>
        {t("attachments")}
      </Text>
      <Stack gap={6} mb="md">
        {data.attachments.map((attachment) => (
          <AttachmentLine key={attachment.place} resource={data} attachment={attachment} />
        ))}
      </Stack>
    </>
  );
}

/** One resource as it arrived, and where it came from: job, group, file, line. */
export function ResourceDrawer({
  type,
  open,
  jobNames,
  onClose,
  onPatient,
}: {
  type: string | null;
  open: { job: string; patient: string; id: string } | null;
  jobNames: Map<string, string>;
  onClose: () => void;
  onPatient: (patient: string) => void;
}) {
  const t = useTranslations("data.drawer");
  const query = useDataResource(type, open);
  return (
    <Drawer
      opened={open !== null}
      onClose={onClose}
      position="right"
      size="min(100vw, 44rem)"
      title={
        <Text fw={600} className={classes.title}>
          {t("title", { type: type ?? "", id: open?.id ?? "" })}
        </Text>
      }
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {open ? (
        <Loaded query={query} skeleton={<Skeleton height={480} />}>
          {(data) => {
            // The database sorts keys; what says what it is comes first again.
            const { resourceType, id, meta, ...rest } = data.resource;
            const text = JSON.stringify({ resourceType, id, meta, ...rest }, null, 2);
            return (
              <>
                <dl className={classes.source} aria-label={t("source")}>
                  <dt>{t("patient")}</dt>
                  <dd>
                    {data.patient_id ? (
                      <Anchor
                        component="button"
                        type="button"
                        size="sm"
                        onClick={() => onPatient(data.patient_id)}
                      >
                        <Group gap={4} wrap="nowrap">
                          <IconUser size={14} aria-hidden />
                          <Code className={classes.break}>{data.patient_id}</Code>
                        </Group>
                      </Anchor>
                    ) : (
                      t("no-patient")
                    )}
                  </dd>
                  <dt>{t("job")}</dt>
                  <dd>
                    <Group gap="xs">
                      <Anchor component={Link} href={`/jobs/${data.job_id}`} size="sm">
                        {jobNames.get(data.job_id) ?? t("job")}
                      </Anchor>
                      <ShortId id={data.job_id} />
                    </Group>
                  </dd>
                  <dt>{t("group")}</dt>
                  <dd>{data.group_name ?? "–"}</dd>
                  <dt>{t("file")}</dt>
                  <dd>{t("file-line", { file: data.file_no, line: data.line_no })}</dd>
                  {data.file_url ? (
                    <>
                      <dt>{t("url")}</dt>
                      <dd className={classes.break}>
                        <Text size="xs" ff="monospace">
                          {data.file_url}
                        </Text>
                      </dd>
                    </>
                  ) : null}
                </dl>
                <AttachmentList data={data} />
                <Group justify="space-between" my="sm">
                  <Text fw={600} size="sm" component="h2">
                    {t("resource")}
                  </Text>
                  <Group gap="xs">
                    <CopyButton value={text}>
                      {({ copied, copy }) => (
                        <Button
                          size="xs"
                          variant="default"
                          onClick={copy}
                          leftSection={
                            copied ? (
                              <IconCheck size={14} aria-hidden />
                            ) : (
                              <IconCopy size={14} aria-hidden />
                            )
                          }
                        >
                          {copied ? t("copied") : t("copy")}
                        </Button>
                      )}
                    </CopyButton>
                    <Button
                      size="xs"
                      variant="default"
                      leftSection={<IconDownload size={14} aria-hidden />}
                      onClick={() => download(`${data.type}-${data.id}.json`, text)}
                    >
                      {t("download")}
                    </Button>
                  </Group>
                </Group>
                <JsonText text={text} label={t("title", { type: data.type, id: data.id })} />
              </>
            );
          }}
        </Loaded>
      ) : null}
    </Drawer>
  );
}
