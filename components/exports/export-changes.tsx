"use client";

import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconHistory } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { useExportChanges } from "@/lib/browser/exports-queries";

/**
 * One click: what changed since the data that is here, and of a group who is new in it.
 * @param jobId the export whose parameters are taken
 * @param since the time that it begins at, as the API tells it
 */
export function ExportChanges({
  jobId,
  since,
  ...look
}: { jobId: string; since: string } & ButtonProps) {
  const t = useTranslations("exports.changes");
  const format = useFormatter();
  const router = useRouter();
  const failureText = useFailureText();
  const start = useExportChanges(jobId);
  const time = format.dateTime(new Date(since), { dateStyle: "medium" });
  return (
    <Tooltip label={t("hint")} multiline maw={300}>
      <Button
        variant="default"
        leftSection={<IconHistory size={16} aria-hidden />}
        {...look}
        loading={start.isPending || start.isSuccess}
        onClick={() =>
          start.mutate(undefined, {
            onSuccess: ({ batch_id }) => router.push(`/jobs?batch=${batch_id}`),
            onError: (failure) =>
              notifications.show({ message: failureText(failure), color: "red" }),
          })
        }
      >
        {t("start", { time })}
      </Button>
    </Tooltip>
  );
}
