"use client";

import { Accordion, Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconUserOff } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { LifeStrip } from "@/components/charts/life-strip";
import { EmptyState } from "@/components/feedback/empty-state";
import { Loaded } from "@/components/feedback/loaded";
import { codeSystemName } from "@/components/format/code-system-name";
import { Pill } from "@/components/format/pill";
import { useJobName } from "@/components/format/use-job-name";
import { useTypeName } from "@/components/format/use-type-name";
import { Link } from "@/components/frame/link";
import { ApiError } from "@/lib/browser/api";
import { usePatientJobs, usePatientSummary } from "@/lib/browser/data-queries";
import { useUrlState } from "@/lib/browser/url-state";
import type {
  PatientCondition,
  PatientMeasurement,
  PatientMedication,
  PatientResource,
  PatientSummary,
} from "@/lib/contract/patient";
import { AttachmentLine } from "./attachment-line";
import classes from "./data.module.css";
import { Measurements } from "./measurements";
import { PatientBanner } from "./patient-banner";
import { PatientViewChoice } from "./patient-view";
import { RecordList } from "./record-list";
import { ResourceDrawer } from "./resource-drawer";
import { EncounterTimeline, timelineTypes } from "./timeline";
import { TrendModal } from "./trend-modal";
import { useCellText } from "./use-cell-text";

const keyOf = ({ code_system, code, unit }: PatientMeasurement) =>
  JSON.stringify([code_system, code, unit]);

/** A card of the page: its heading with how many there are. */
function Section({
  title,
  count,
  children,
}: {
  title: string;
  count?: number;
  children: ReactNode;
}) {
  const format = useFormatter();
  const id = useId();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Group gap="xs" mb="sm" align="baseline">
        <Title order={2} size="h5" id={id}>
          {title}
        </Title>
        {count === undefined ? null : (
          <Text span size="sm" c="dimmed" className="numbers">
            {format.number(count)}
          </Text>
        )}
      </Group>
      {children}
    </Paper>
  );
}

/** The page's shape while the first answer comes. */
function PageSkeleton() {
  return (
    <Stack gap="md">
      <Skeleton height={150} />
      <Skeleton height={140} />
      <div className={classes.two}>
        <Skeleton height={260} />
        <Skeleton height={260} />
      </div>
      <Skeleton height={420} />
    </Stack>
  );
}

type Records = Parameters<typeof RecordList>[0];

/** Under its words and number, a list of what holds now, and below it one of what is past, where there is any. */
function ActiveAndPast({
  active,
  past,
  tableHref,
}: Record<"active" | "past", Pick<Records, "label" | "lines" | "total">> & {
  active: Pick<Records, "empty">;
  tableHref: string;
}) {
  const format = useFormatter();
  const title = ({ label, total }: { label: string; total: number }, gap?: "md") => (
    <Title order={3} size="h6" c="dimmed" mt={gap} mb={4}>
      {label} · {format.number(total)}
    </Title>
  );
  return (
    <>
      {title(active)}
      <RecordList {...active} tableHref={tableHref} />
      {past.total > 0 ? (
        <>
          {title(past, "md")}
          <RecordList {...past} tableHref={tableHref} first={5} empty="" />
        </>
      ) : null}
    </>
  );
}

/** Everything about one patient, of one job or as the current state, down to each record's JSON. */
export function PatientPage({ patientId }: { patientId: string }) {
  const t = useTranslations("data.person");
  const data = useTranslations("data");
  const format = useFormatter();
  const textOf = useCellText();
  const typeName = useTypeName();
  const nameOf = useJobName();
  const { search, set } = useUrlState();
  const view = { job: search.get("job") ?? undefined, state: search.get("state") ?? undefined };
  const query = usePatientSummary(patientId, view);
  const jobs = usePatientJobs(patientId);
  const jobNames = new Map((jobs.data?.jobs ?? []).map((one) => [one.job_id, nameOf(one).short]));

  // type/job/id: the patient is the page's.
  const [openType, openJob, ...openId] = (search.get("open") ?? "").split("/");
  const open =
    openType && openJob && openId.length > 0
      ? { job: openJob, id: openId.join("/"), patient: patientId }
      : null;
  const show = ({ type, job_id, id }: { type: string; job_id: string; id: string }) =>
    set({ open: `${type}/${job_id}/${id}`, trend: null });

  if (query.error instanceof ApiError && query.error.status === 404)
    return (
      <EmptyState
        order={1}
        icon={<IconUserOff size={26} aria-hidden />}
        title={t("missing.title")}
        action={
          <Group>
            {view.job ? (
              <Button onClick={() => set({ job: null, state: null })}>{t("missing.other")}</Button>
            ) : null}
            <Button component={Link} href="/data?type=Patient" variant="default">
              {t("all-patients")}
            </Button>
          </Group>
        }
      >
        {t(view.job ? "missing.in-job" : "missing.text", { patient: patientId })}
      </EmptyState>
    );

  const dayOf = (at: string | null) => (at === null ? undefined : textOf("day", at.slice(0, 10)));
  const codeOf = (system: string | null, code: string | null) =>
    [system ? codeSystemName(system) : null, code].filter(Boolean).join(" ") || undefined;

  function conditionLine(row: PatientCondition) {
    const begun = dayOf(row.onset_at ?? row.recorded_at);
    const status = row.verification_status ?? "confirmed";
    return {
      key: `${row.job_id} ${row.id}`,
      title: row.code_display ?? row.code ?? row.id,
      note: codeOf(row.code_system, row.code),
      when: row.abatement_at ? `${begun ?? "?"} – ${dayOf(row.abatement_at)}` : begun,
      badge:
        status === "confirmed" ? undefined : (
          <Pill color={status === "entered-in-error" ? "red" : "yellow"} size="sm">
            {data.has(`person.verification.${status}` as never)
              ? t(`verification.${status}` as never)
              : status}
          </Pill>
        ),
      onOpen: () => show({ type: "Condition", ...row }),
    };
  }

  function medicationLine(row: PatientMedication) {
    return {
      key: `${row.job_id} ${row.id}`,
      title: row.medication_display ?? row.medication_code ?? row.id,
      note: codeOf(row.medication_system, row.medication_code),
      when: dayOf(row.authored_at),
      badge:
        row.status && row.status !== "active" ? (
          <Pill color="gray" size="sm">
            {data.has(`person.order.${row.status}` as never)
              ? t(`order.${row.status}` as never)
              : row.status}
          </Pill>
        ) : undefined,
      onOpen: () => show({ type: "MedicationRequest", ...row }),
    };
  }

  function resourceLine(row: PatientResource) {
    return {
      key: `${row.job_id} ${row.id}`,
      title: row.code_display ?? row.code ?? row.id,
      note: codeOf(row.code_system, row.code),
      when: dayOf(row.occurred_at),
      onOpen: () => show(row),
    };
  }

  function lanesOf(summary: PatientSummary) {
    const at = (time: string | null) => (time === null ? null : Date.parse(time));
    const marks = <R,>(
      list: R[],
      mark: (row: R) => { key: string; from: number | null; to?: number | null; label: string },
    ) =>
      list.flatMap((row) => {
        const made = mark(row);
        return made.from === null ? [] : [{ ...made, from: made.from }];
      });
    const moments = (rows: PatientResource[]) =>
      marks(rows, (row) => ({
        key: `${row.type} ${row.id}`,
        from: at(row.occurred_at),
        label: `${row.code_display ?? row.code ?? ""} · ${dayOf(row.occurred_at) ?? ""}`,
      }));
    const { encounters, conditions, medications, resources } = summary;
    return [
      {
        name: typeName("Encounter"),
        color: 0,
        marks: marks(encounters.rows, (row) => ({
          key: row.id,
          from: at(row.start_at),
          label: `${row.type_display ?? ""} · ${dayOf(row.start_at) ?? ""}`,
        })),
      },
      {
        name: t("problems"),
        color: 1,
        marks: marks(
          [...conditions.active.rows, ...conditions.past.rows].filter(
            ({ verification_status }) => verification_status !== "entered-in-error",
          ),
          (row) => ({
            key: row.id,
            from: at(row.onset_at ?? row.recorded_at),
            to: conditions.active.rows.includes(row)
              ? null
              : (at(row.abatement_at) ?? at(row.onset_at ?? row.recorded_at)),
            label: `${row.code_display ?? row.code ?? ""} · ${conditionLine(row).when ?? ""}`,
          }),
        ),
      },
      {
        name: t("medications"),
        color: 2,
        marks: marks([...medications.active.rows, ...medications.past.rows], (row) => ({
          key: row.id,
          from: at(row.authored_at),
          label: `${row.medication_display ?? ""} · ${dayOf(row.authored_at) ?? ""}`,
        })),
      },
      ...resources
        .filter(({ type }) => timelineTypes.includes(type))
        .map(({ type, rows }, no) => ({
          name: typeName(type),
          color: 3 + no,
          marks: moments(rows),
        })),
    ];
  }

  function body(summary: PatientSummary) {
    const { shown, patient, conditions, medications, resources, measurements } = summary;
    const tableHref = (type: string) =>
      `/data?${new URLSearchParams({
        type,
        patient: patientId,
        ...(shown.state === "job" ? { job: shown.job_id } : {}),
      })}`;
    const measured = measurements.find((one) => keyOf(one) === search.get("trend")) ?? null;
    const countOf = (type: string) => summary.counts.find((one) => one.type === type)?.records ?? 0;
    const listOf = (type: string) => resources.find((one) => one.type === type);
    const allergies = listOf("AllergyIntolerance");
    const documents = listOf("DocumentReference");
    const others = resources.filter(
      ({ type }) => type !== "AllergyIntolerance" && type !== "DocumentReference",
    );
    const beside = Boolean(documents) || summary.attachments.total > 0 || others.length > 0;
    const lanes = lanesOf(summary);
    const dated = lanes.some(({ marks }) => marks.length > 0);
    const until = patient?.deceased_at ? Date.parse(patient.deceased_at) : Date.now();
    return (
      <>
        <PatientBanner
          patientId={patientId}
          person={patient}
          onOpen={() => patient && show({ type: "Patient", ...patient })}
        >
          <PatientViewChoice
            shown={shown}
            jobs={jobs.data?.jobs ?? []}
            onChange={(next) =>
              set({ job: next.job ?? null, state: next.state ?? null, open: null })
            }
          />
        </PatientBanner>
        <Stack gap="md" aria-busy={query.isPlaceholderData} className={classes.sections}>
          {summary.counts.length === 0 ? (
            <EmptyState icon={<IconUserOff size={26} aria-hidden />} title={t("gone.title")}>
              {t("gone.text")}
            </EmptyState>
          ) : null}
          {dated ? (
            <Section title={t("life")}>
              <LifeStrip
                summary={t("life-summary", {
                  encounters: summary.encounters.total,
                  problems: conditions.active.total + conditions.past.total,
                  medications: medications.active.total + medications.past.total,
                })}
                lanes={lanes}
                until={until}
              />
            </Section>
          ) : null}
          <div className={classes.two}>
            <Section title={t("problems")} count={countOf("Condition")}>
              <ActiveAndPast
                active={{
                  label: t("problems-active"),
                  lines: conditions.active.rows.map(conditionLine),
                  total: conditions.active.total,
                  empty: t("none.problems-active"),
                }}
                past={{
                  label: t("problems-past"),
                  lines: conditions.past.rows.map(conditionLine),
                  total: conditions.past.total,
                }}
                tableHref={tableHref("Condition")}
              />
            </Section>
            <Stack gap="md" miw={0}>
              <Section title={t("medications")} count={countOf("MedicationRequest")}>
                <ActiveAndPast
                  active={{
                    label: t("medications-active"),
                    lines: medications.active.rows.map(medicationLine),
                    total: medications.active.total,
                    empty: t("none.medications-active"),
                  }}
                  past={{
                    label: t("medications-past"),
                    lines: medications.past.rows.map(medicationLine),
                    total: medications.past.total,
                  }}
                  tableHref={tableHref("MedicationRequest")}
                />
              </Section>
              {allergies ? (
                <Section title={typeName("AllergyIntolerance")} count={allergies.total}>
                  <RecordList
                    label={typeName("AllergyIntolerance")}
                    lines={allergies.rows.map(resourceLine)}
                    total={allergies.total}
                    tableHref={tableHref("AllergyIntolerance")}
                    empty=""
                  />
                </Section>
              ) : null}
            </Stack>
          </div>
          <Measurements
            measurements={measurements}
            findings={summary.findings}
            tableHref={tableHref("Observation")}
            onEnlarge={(one) => set({ trend: keyOf(one) })}
            onOpen={(finding) => show({ type: "Observation", ...finding })}
          />
          <div className={beside ? classes.two : undefined}>
            <Section title={t("timeline")} count={countOf("Encounter")}>
              <EncounterTimeline
                summary={summary}
                tableHref={tableHref("Encounter")}
                onOpen={show}
                wide={!beside}
              />
            </Section>
            <Stack gap="md" miw={0}>
              {documents || summary.attachments.total > 0 ? (
                <Section title={t("documents")} count={documents?.total}>
                  <RecordList
                    label={t("documents")}
                    lines={(documents?.rows ?? []).map(resourceLine)}
                    total={documents?.total ?? 0}
                    tableHref={tableHref("DocumentReference")}
                    first={5}
                    empty=""
                  />
                  {summary.attachments.total > 0 ? (
                    <>
                      <Title order={3} size="h6" c="dimmed" mt="md" mb={4}>
                        {data("drawer.attachments")} · {format.number(summary.attachments.total)}
                      </Title>
                      <Stack gap={6} mah={320} className={classes.scroll}>
                        {summary.attachments.rows.map((one) => (
                          <AttachmentLine
                            key={`${one.type} ${one.id} ${one.place}`}
                            resource={one}
                            attachment={one}
                          />
                        ))}
                      </Stack>
                    </>
                  ) : null}
                </Section>
              ) : null}
              {others.length > 0 ? (
                <Section title={t("others")}>
                  <Accordion variant="default" chevronPosition="left">
                    {others.map(({ type, total, rows }) => (
                      <Accordion.Item key={type} value={type}>
                        <Accordion.Control>
                          <Group justify="space-between" wrap="nowrap">
                            <Text size="sm">{typeName(type)}</Text>
                            <Text size="sm" c="dimmed" className="numbers">
                              {format.number(total)}
                            </Text>
                          </Group>
                        </Accordion.Control>
                        <Accordion.Panel>
                          <RecordList
                            label={typeName(type)}
                            lines={rows.map(resourceLine)}
                            total={total}
                            tableHref={tableHref(type)}
                            empty=""
                          />
                        </Accordion.Panel>
                      </Accordion.Item>
                    ))}
                  </Accordion>
                </Section>
              ) : null}
            </Stack>
          </div>
        </Stack>
        <TrendModal
          patient={patientId}
          view={{ job: shown.job_id, state: shown.state }}
          measurement={measured}
          onClose={() => set({ trend: null })}
          onOpen={(key) => show({ type: "Observation", ...key })}
        />
      </>
    );
  }

  return (
    <>
      <Loaded query={query} skeleton={<PageSkeleton />}>
        {body}
      </Loaded>
      <ResourceDrawer
        type={openType ?? null}
        open={open}
        jobNames={jobNames}
        onClose={() => set({ open: null })}
        onPatient={() => set({ open: null })}
      />
    </>
  );
}
