"use client";

import { Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocale, useMessages, useTranslations } from "use-intl";
import { Loaded } from "@/components/feedback/loaded";
import { useBytes } from "@/components/format/use-bytes";
import { rejectedLinesPath, rejectedLinesQuery } from "@/lib/browser/jobs-queries";
import { Folded } from "./folded";
import { JsonBlock } from "./json-block";
import { Pages } from "./pages";

const pageSize = 10;

/** The lines that could not become rows: where they stood, why, and the line itself, folded. */
export function RejectedLines({ jobId }: { jobId: string }) {
  const t = useTranslations("jobs.detail");
  const tReason = useTranslations("jobs.reason");
  const words = (useMessages() as { jobs: { reason: Record<string, string> } }).jobs.reason;
  const locale = useLocale();
  const bytes = useBytes();
  const [page, setPage] = useState(1);
  const query = useQuery(rejectedLinesQuery(jobId, page, pageSize));
  return (
    <section>
      <Group justify="space-between" align="flex-end" mb="sm">
        <div>
          <Title order={2} size="h4">
            {t("rejected-title")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("rejected-lead")}
          </Text>
        </div>
        <Button
          component="a"
          href={rejectedLinesPath(jobId)}
          download
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          {t("download")}
        </Button>
      </Group>
      <Loaded query={query} skeleton={<Skeleton h={160} />}>
        {({ lines, total }) => (
          <>
            <Stack gap="xs">
              {lines.map((line) => (
                <Paper
                  key={`${line.file_no}:${line.line_no}`}
                  withBorder
                  radius="md"
                  px="md"
                  py="xs"
                >
                  <Group justify="space-between" gap="xs">
                    <Text size="sm" fw={500}>
                      {locale !== "en" && words[line.reason_code] ? (
                        <>
                          {tReason(line.reason_code as never)}{" "}
                          <Text span size="xs" c="dimmed" fw={400} lang="en">
                            {line.reason}
                          </Text>
                        </>
                      ) : (
                        line.reason
                      )}
                    </Text>
                    <Text size="xs" c="dimmed" className="numbers">
                      {line.type ? `${line.type} · ` : ""}
                      {t("rejected-place", { file: line.file_no, line: line.line_no })} ·{" "}
                      {bytes(line.size_bytes)}
                    </Text>
                  </Group>
                  <Folded label={t("rejected-show")}>
                    <JsonBlock value={line.line} label={t("rejected-show")} />
                  </Folded>
                </Paper>
              ))}
            </Stack>
            <Pages page={page} pageSize={pageSize} total={total} onPage={setPage} />
          </>
        )}
      </Loaded>
    </section>
  );
}
