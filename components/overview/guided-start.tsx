"use client";

import { Button, Group, Paper, Progress, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { ConfigDrop } from "@/components/connections/config-drop";
import { Pill } from "@/components/format/pill";
import { Link } from "@/components/frame/link";
import { JobSentence } from "@/components/jobs/job-sentence";
import { handedConfig } from "@/lib/browser/handed-config";
import type { ConnectionView } from "@/lib/contract/connection";
import type { JobSummary } from "@/lib/contract/job";
import { guideSteps } from "./guide-steps";
import { JobCard } from "./job-card";

const steps = ["connect", "test", "export", "watch", "look"] as const;

/**
 * While there is nothing yet: five steps from a config file to charts, the next one open, those done
 * ticked off; the first jobs are watched right here.
 */
export function GuidedStart({
  connections,
  jobs,
  may,
  onEnd,
}: {
  connections: ConnectionView[];
  /** of the first exports, newest first */
  jobs: JobSummary[];
  may: boolean;
  /** the reader wants the overview itself */
  onEnd: () => void;
}) {
  const t = useTranslations("overview.guide");
  const router = useRouter();
  const first = connections.find(({ last_test }) => last_test?.ok) ?? connections[0];
  const next = guideSteps(connections, jobs);
  const at = first ? `/connections/${first.connection_id}` : "/connections/new";
  const actions: ReactNode[] = [
    <ConfigDrop
      key="connect"
      onText={(text) => {
        handedConfig.give(text);
        router.push("/connections/new");
      }}
      more={
        <Button
          component={Link}
          href="/connections/new"
          variant="default"
          onClick={(event) => event.stopPropagation()}
        >
          {t("connect-button")}
        </Button>
      }
    />,
    <Button key="test" component={Link} href={`${at}?test=1`}>
      {t("test-button", { name: first?.name ?? "" })}
    </Button>,
    <Button key="export" component={Link} href={at}>
      {t("export-button")}
    </Button>,
    <Stack key="watch" gap="sm">
      {jobs.slice(0, 3).map((job) => (
        <JobCard key={job.job_id} job={job}>
          <JobSentence job={job} />
        </JobCard>
      ))}
      <Group>
        <Button component={Link} href="/jobs" variant="default">
          {t("watch-button")}
        </Button>
      </Group>
    </Stack>,
    <Group key="look">
      <Button component={Link} href="/visualize" onClick={onEnd}>
        {t("look-button")}
      </Button>
      <Button variant="default" onClick={onEnd}>
        {t("end-button")}
      </Button>
    </Group>,
  ];
  return (
    <Paper withBorder radius="md" p={{ base: "md", sm: "xl" }} maw={820}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: "1 1 18rem" }}>
          <Title order={2} size="h3">
            {t("title")}
          </Title>
          <Text c="dimmed">{may ? t("lead") : t("viewer")}</Text>
        </div>
        <Text size="sm" c="dimmed" className="numbers">
          {t("progress", { done: next })}
        </Text>
      </Group>
      <Progress
        value={(next / steps.length) * 100}
        size="sm"
        mt="md"
        mb="lg"
        aria-label={t("progress", { done: next })}
      />
      <Stack component="ol" gap="lg" m={0} p={0} style={{ listStyle: "none" }}>
        {steps.map((step, place) => {
          const isDone = place < next;
          const isNext = place === next;
          return (
            <Group
              component="li"
              key={step}
              gap="md"
              wrap="nowrap"
              align="flex-start"
              aria-current={isNext ? "step" : undefined}
            >
              <ThemeIcon
                size={32}
                radius="xl"
                variant={isDone ? "light" : isNext ? "filled" : "default"}
                color={isDone ? "green" : undefined}
                aria-hidden
              >
                {isDone ? <IconCheck size={18} /> : <Text fw={600}>{place + 1}</Text>}
              </ThemeIcon>
              <div style={{ flex: 1, minWidth: 0 }}>
                <Group gap="xs">
                  <Title order={3} size="h5" c={isDone || isNext ? undefined : "dimmed"}>
                    {t(step)}
                  </Title>
                  {isDone ? (
                    <Pill color="green" size="sm">
                      {t("done")}
                    </Pill>
                  ) : null}
                </Group>
                <Text size="sm" c="dimmed">
                  {t(`${step}-text`)}
                </Text>
                {isNext && (may || place > 2) ? (
                  <div style={{ marginTop: 12 }}>{actions[place]}</div>
                ) : null}
              </div>
            </Group>
          );
        })}
      </Stack>
    </Paper>
  );
}
