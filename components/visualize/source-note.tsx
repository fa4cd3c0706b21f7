"use client";

import { Anchor, Group, Popover, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconAlertCircle, IconChecks, IconQuestionMark } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "use-intl";
import { useJobName } from "@/components/format/use-job-name";
import { Link } from "@/components/frame/link";
import { CompletenessBadge } from "@/components/jobs/completeness-badge";
import type { JobSummary } from "@/lib/contract/job";
import { type Source, sourceState } from "./source-state";
import classes from "./visualize.module.css";

const looks = {
  complete: { icon: IconChecks, color: "light-dark(#2b6a30, #8ce99a)" },
  incomplete: { icon: IconAlertCircle, color: "light-dark(#994b00, #ffc078)" },
  unknown: { icon: IconQuestionMark, color: "dimmed" },
} as const;

const most = 8;

/** Which jobs the numbers come from, and whether those are complete, with the way to the evidence. */
export function SourceNote({
  words,
  source,
  jobs,
}: {
  words: string;
  /** undefined: not known yet */
  source: Source | undefined;
  /** what is known of jobs by name */
  jobs: JobSummary[];
}) {
  const t = useTranslations("visualize.source");
  const format = useFormatter();
  const nameOf = useJobName();
  const byId = new Map(jobs.map((job) => [job.job_id, job]));
  if (!source || source.job_ids.length === 0)
    return <span className={classes.sourceWords}>{words}</span>;
  const { state, count, of } = sourceState(source);
  const { icon: Icon, color } = looks[state];
  return (
    <>
      <span className={classes.sourceWords} title={words}>
        {words}
      </span>
      <span data-picture="no">
        <Popover position="bottom-start" shadow="md" width={340} withinPortal>
          <Popover.Target>
            <UnstyledButton className={classes.state} c={color} fz="xs">
              <Icon size={14} aria-hidden />
              {count === of ? t(state) : t(`some-${state}`, { count, of })}
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown>
            <Text size="sm" fw={600} mb="xs">
              {t("evidence", { count: of })}
            </Text>
            <Stack gap={6}>
              {source.job_ids.slice(0, most).map((id) => {
                const job = byId.get(id);
                return (
                  <Group key={id} justify="space-between" wrap="nowrap" gap="xs">
                    <Anchor component={Link} href={`/jobs/${id}`} size="sm" truncate>
                      {job ? nameOf(job).short : `…${id.slice(-8)}`}
                    </Anchor>
                    {job ? <CompletenessBadge completeness={job.completeness} /> : null}
                  </Group>
                );
              })}
              {of > most ? (
                <Anchor component={Link} href="/jobs" size="sm">
                  {t("more", { count: format.number(of - most) })}
                </Anchor>
              ) : null}
            </Stack>
          </Popover.Dropdown>
        </Popover>
      </span>
    </>
  );
}
