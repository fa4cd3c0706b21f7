"use client";

import { Anchor, Box, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { useBytes } from "@/components/format/use-bytes";
import { Link } from "@/components/frame/link";
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
  // A whole export mostly fails for one reason: told once, with all that it keeps away.
  const byReason = new Map<string, typeof failures>();
  for (const failure of failures) {
    const reason = failureText(failure.error);
    byReason.set(reason, [...(byReason.get(reason) ?? []), failure]);
  }
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
      <Stack gap="sm">
        {[...byReason].map(([reason, list]) => (
          <Paper key={reason} withBorder radius="md" p="sm">
            <Text size="sm" mb={6}>
              <Text span fw={600} className="numbers">
                {t("failed-so", { count: list.length })}
              </Text>{" "}
              {reason}
            </Text>
            <Box
              mah={220}
              tabIndex={0}
              role="region"
              aria-label={t("failed-table")}
              style={{ overflow: "auto" }}
            >
              <Table verticalSpacing={4} horizontalSpacing="sm" stickyHeader fz="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{t("resource")}</Table.Th>
                    <Table.Th scope="col">{t("address")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.map(({ type, id, place, url }) => (
                    <Table.Tr key={`${type}/${id}/${place}`}>
                      <Table.Td>
                        <Anchor
                          component={Link}
                          size="xs"
                          ff="monospace"
                          style={{ overflowWrap: "anywhere" }}
                          href={`/data?${new URLSearchParams({ type, job: job.job_id, q: id })}`}
                        >
                          {type}/{id}
                        </Anchor>
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
            </Box>
          </Paper>
        ))}
      </Stack>
      {failed > failures.length ? (
        <Text size="xs" c="dimmed" mt={4}>
          {t("failed-more", { count: failed - failures.length })}
        </Text>
      ) : null}
    </section>
  );
}
