"use client";

import { Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { useBytes } from "@/components/format/use-bytes";
import type { JobDetail } from "@/lib/contract/job";

/** The documents that resources name by their address: how many are here, what was left and why, what failed. */
export function Attachments({ job }: { job: JobDetail }) {
  const t = useTranslations("jobs.attachments");
  const bytes = useBytes();
  const failureText = useFailureText();
  const sums = job.attachments;
  if (!sums || sums.found === 0) return null;
  const { found, downloaded, pending, failed } = sums;
  const failures = job.attachments_failed;
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {t("title")}
      </Title>
      <Stack gap={4} mb={failures.length > 0 ? "sm" : 0}>
        <Text size="sm" className="numbers">
          {job.request.attachments
            ? t("sum", { found, downloaded, size: bytes(sums.bytes) })
            : t("unasked", { found })}
        </Text>
        {pending > 0 ? (
          <Text size="sm" className="numbers" aria-live="polite">
            {t("pending", { count: pending })}
          </Text>
        ) : null}
        {sums.left_too_large > 0 ? (
          <Text size="sm" c="dimmed" className="numbers">
            {t("too-large", {
              count: sums.left_too_large,
              limit: bytes(job.request.attachments?.max_bytes ?? 0),
            })}
          </Text>
        ) : null}
        {sums.left_other_type > 0 ? (
          <Text size="sm" c="dimmed" className="numbers">
            {t("other-type", {
              count: sums.left_other_type,
              types: job.request.attachments?.content_types?.join(", ") ?? "",
            })}
          </Text>
        ) : null}
        {failed > 0 ? (
          <Text size="sm" className="numbers">
            {t("failed", { count: failed })}
          </Text>
        ) : null}
      </Stack>
      {failures.length > 0 ? (
        <Paper
          withBorder
          radius="md"
          mah={360}
          tabIndex={0}
          role="region"
          aria-label={t("failed-table")}
          style={{ overflow: "auto" }}
        >
          <Table verticalSpacing={6} horizontalSpacing="sm" stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t("resource")}</Table.Th>
                <Table.Th scope="col">{t("reason")}</Table.Th>
                <Table.Th scope="col">{t("address")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {failures.map(({ type, id, place, url, error }) => (
                <Table.Tr key={`${type}/${id}/${place}`}>
                  <Table.Td>
                    <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                      {type}/{id}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{failureText(error)}</Text>
                  </Table.Td>
                  <Table.Td>
                    <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                      {url}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      ) : null}
      {failed > failures.length ? (
        <Text size="xs" c="dimmed" mt={4}>
          {t("failed-more", { count: failed - failures.length })}
        </Text>
      ) : null}
    </section>
  );
}
