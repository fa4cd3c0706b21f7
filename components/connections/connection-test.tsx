"use client";

import {
  Box,
  Button,
  Code,
  Collapse,
  Group,
  Loader,
  Paper,
  Text,
  ThemeIcon,
  Title,
} from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconMinus,
  IconPlayerPlay,
  IconPoint,
  IconX,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { useFormatter, useMessages, useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { useFailureText } from "@/components/feedback/failure-text";
import { RelativeTime } from "@/components/format/relative-time";
import { Folded } from "@/components/jobs/folded";
import { JsonBlock } from "@/components/jobs/json-block";
import { testConnection } from "@/lib/browser/connections-queries";
import { type ConnectionView, type TestStep, TestStepName } from "@/lib/contract/connection";
import { StepAdvice } from "./step-advice";

export type TestRun = {
  running: boolean;
  /** null: nothing has been run on this page yet */
  steps: TestStep[] | null;
  failure: unknown;
  run: () => void;
};

/** Runs the test and keeps the steps as they come in; afterwards everything of the connection is asked again. */
export function useConnectionTest(connectionId: string): TestRun {
  const client = useQueryClient();
  const [state, setState] = useState<Omit<TestRun, "run">>({
    running: false,
    steps: null,
    failure: null,
  });
  const busy = useRef(false);
  const run = useCallback(() => {
    if (busy.current) return;
    busy.current = true;
    setState({ running: true, steps: [], failure: null });
    testConnection(connectionId, (step) =>
      setState((old) => ({ ...old, steps: [...(old.steps ?? []), step] })),
    )
      .catch((failure: unknown) => setState((old) => ({ ...old, failure })))
      .finally(() => {
        busy.current = false;
        setState((old) => ({ ...old, running: false }));
        return client.invalidateQueries({ queryKey: ["connections"] });
      });
  }, [client, connectionId]);
  return { ...state, run };
}

/** The six steps, filling in live; folded to one line once all is well. */
export function ConnectionTest({
  connection,
  test,
  may,
}: {
  connection: ConnectionView;
  test: TestRun;
  may: boolean;
}) {
  const t = useTranslations("connections.test");
  const last = connection.last_test;
  const steps = test.steps ?? last?.steps ?? [];
  const failed = steps.find(({ result }) => result === "failed");
  const remarks = steps.filter(({ result }) => result === "warning").length;
  const ok = !test.running && steps.length > 0 && !failed && !test.failure;
  const [wanted, setWanted] = useState<boolean | null>(null);
  const open = wanted ?? !(ok && test.steps === null);
  const summary = test.running
    ? t("running")
    : failed
      ? t("failed", { step: t(`step.${failed.step}`) })
      : steps.length === 0
        ? t("never")
        : remarks
          ? t("ok-warnings", { count: remarks })
          : t("ok");
  return (
    <Paper withBorder radius="md" p="md">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap" style={{ flex: "1 1 14rem" }}>
          <Mark
            state={
              test.running
                ? "running"
                : failed
                  ? "failed"
                  : steps.length === 0
                    ? "waiting"
                    : remarks
                      ? "warning"
                      : "ok"
            }
          />
          <div>
            <Title order={2} size="h4">
              {t("title")}
            </Title>
            <Text size="sm" c="dimmed" component="div" aria-live="polite">
              {summary}
              {last && !test.running ? (
                <>
                  {" · "}
                  {t("tested")} <RelativeTime at={last.at} />
                </>
              ) : null}
            </Text>
          </div>
        </Group>
        <Group gap="xs">
          {ok ? (
            <Button
              variant="subtle"
              size="xs"
              onClick={() => setWanted(!open)}
              aria-expanded={open}
            >
              {open ? t("hide") : t("show")}
            </Button>
          ) : null}
          {may ? (
            <Button
              variant={failed || steps.length === 0 ? "filled" : "default"}
              size="xs"
              leftSection={<IconPlayerPlay size={14} aria-hidden />}
              onClick={() => {
                setWanted(null);
                test.run();
              }}
              loading={test.running}
            >
              {steps.length ? t("again") : t("run")}
            </Button>
          ) : null}
        </Group>
      </Group>
      {test.failure ? (
        <Box mt="md">
          <FailureAlert failure={test.failure} title={t("title")} />
        </Box>
      ) : null}
      <Collapse expanded={open && (steps.length > 0 || test.running)}>
        <Box
          component="ol"
          mt="md"
          mb={0}
          p={0}
          style={{ listStyle: "none", display: "grid", gap: 10 }}
        >
          {TestStepName.options.map((name, place) => (
            <Step
              key={name}
              name={name}
              step={steps.find(({ step }) => step === name)}
              running={test.running && steps.length === place}
            />
          ))}
        </Box>
      </Collapse>
    </Paper>
  );
}

function Step({
  name,
  step,
  running,
}: {
  name: TestStepName;
  step: TestStep | undefined;
  running: boolean;
}) {
  const t = useTranslations("connections.test");
  const text = useFailureText();
  const state = step?.result ?? (running ? "running" : "waiting");
  const quiet = state === "waiting" || state === "skipped";
  return (
    <Group component="li" gap="sm" wrap="nowrap" align="flex-start">
      <Mark state={state} small label={t(`state.${state}`)} />
      <div style={{ flex: 1, minWidth: 0 }}>
        <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
          <Text size="sm" fw={quiet ? 400 : 600} c={quiet ? "dimmed" : undefined}>
            {t(`step.${name}`)}
          </Text>
          <Text size="xs" c="dimmed" className="numbers" style={{ whiteSpace: "nowrap" }}>
            {step && step.result !== "skipped"
              ? t("ms", { ms: Math.round(step.ms) })
              : step
                ? t("step-skipped")
                : ""}
          </Text>
        </Group>
        {step?.failure ? (
          <>
            <Text size="sm" mt={2} style={{ overflowWrap: "anywhere" }}>
              {text(step.failure)}
            </Text>
            <StepAdvice code={step.failure.code} />
            {step.failure.details ? (
              <Folded label={t("server-words")}>
                <JsonBlock value={step.failure.details} label={t("server-words")} />
              </Folded>
            ) : null}
          </>
        ) : null}
        {step && Object.keys(step.facts).length > 0 ? (
          <StepFacts facts={step.facts} />
        ) : step?.failure ? null : (
          <Text size="xs" c="dimmed">
            {t(`step-why.${name}`)}
          </Text>
        )}
      </div>
    </Group>
  );
}

function StepFacts({ facts }: { facts: TestStep["facts"] }) {
  const t = useTranslations("connections.test.fact");
  const words = useMessages() as { connections: { test: { fact: Record<string, string> } } };
  const format = useFormatter();
  return (
    <Text size="xs" c="dimmed" component="div" style={{ overflowWrap: "anywhere" }}>
      {Object.entries(facts).map(([name, value], place) => (
        <span key={name}>
          {place > 0 ? " · " : ""}
          {words.connections.test.fact[name] ? t(name as never) : name}{" "}
          {typeof value === "number" ? (
            <b>{format.number(value)}</b>
          ) : (
            <Code fz="xs" bg="transparent" p={0}>
              {value}
            </Code>
          )}
        </span>
      ))}
    </Text>
  );
}

function Mark({
  state,
  small = false,
  label,
}: {
  state: TestStep["result"] | "running" | "waiting";
  small?: boolean;
  label?: string;
}) {
  const size = small ? 22 : 34;
  const looks = {
    ok: ["green", IconCheck],
    warning: ["yellow", IconAlertTriangle],
    failed: ["red", IconX],
    skipped: ["gray", IconMinus],
    waiting: ["gray", IconPoint],
    running: ["blue", IconPoint],
  } as const;
  const [color, Icon] = looks[state];
  return (
    <ThemeIcon
      size={size}
      radius="xl"
      color={color}
      variant={state === "waiting" || state === "skipped" ? "default" : "light"}
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    >
      {state === "running" ? (
        <Loader size={size * 0.6} color="blue" />
      ) : (
        <Icon size={size * 0.58} stroke={2.2} aria-hidden />
      )}
    </ThemeIcon>
  );
}
