"use client";

import {
  Button,
  Code,
  Divider,
  Group,
  MultiSelect,
  NumberInput,
  Paper,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { IconHistory, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { FailureAlert } from "@/components/feedback/failure-alert";
import { Explained } from "@/components/help/explained";
import { Folded } from "@/components/jobs/folded";
import { capabilityQuery, groupsQuery } from "@/lib/browser/connections-queries";
import { useStartExport } from "@/lib/browser/exports-queries";
import type { ConnectionView } from "@/lib/contract/connection";
import { defaultResourceTypes, type ExportRequest } from "@/lib/contract/export-request";
import { type GroupRow, GroupTable } from "./group-table";
import { requestText } from "./request-text";
import { TypePicker } from "./type-picker";

type Level = "group" | "patient" | "system";
const modes = ["auto", "bulk", "search"] as const;
type Mode = (typeof modes)[number];

/** The picker's local "YYYY-MM-DD HH:mm:ss" → the standard's instant, in UTC. */
const instant = (local: string | null): string | undefined =>
  local ? new Date(local.replace(" ", "T")).toISOString() : undefined;

/** The other way round, for a time that we fill in. */
const local = (at: string): string => {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

const lines = (text: string): string[] | undefined => {
  const list = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return list.length ? list : undefined;
};

/** "123" → "Patient/123"; a reference stays what it is. */
const patientReference = (text: string): string => (text.includes("/") ? text : `Patient/${text}`);

const associatedData = ["LatestProvenanceResources", "RelevantProvenanceResources", "_custom"];

/**
 * Groups, types, date → jobs.
 * @param wait the connection is being tested: the groups are asked afterwards
 */
export function StartExport({
  connection,
  may,
  wait,
}: {
  connection: ConnectionView;
  may: boolean;
  wait: boolean;
}) {
  const t = useTranslations("exports");
  const format = useFormatter();
  const router = useRouter();
  const start = useStartExport();
  const id = connection.connection_id;
  const [level, setLevel] = useState<Level>("group");
  const groups = useQuery({ ...groupsQuery(id), enabled: !wait });
  const capability = useQuery({
    ...capabilityQuery(id),
    enabled: !wait && connection.capability === null,
  });
  const offered = (connection.capability ?? capability.data)?.resource_types ?? [];
  const [ticked, setSelected] = useState<GroupRow[]>([]);
  const [added, setAdded] = useState<GroupRow[]>([]);
  // What the server lists under the id knows more than what was typed.
  const selected = ticked.map(
    (group) => groups.data?.groups.find(({ id }) => id === group.id) ?? group,
  );
  const [types, setTypes] = useState<string[] | null>(null);
  const [since, setSince] = useState<string | null>(null);
  const [incremental, setIncremental] = useState(false);
  const [until, setUntil] = useState<string | null>(null);
  const [delay, setDelay] = useState<number | string>(5);
  const [typeFilter, setTypeFilter] = useState("");
  const [elements, setElements] = useState("");
  const [lenient, setLenient] = useState(false);
  const [post, setPost] = useState(false);
  const [mode, setMode] = useState<Mode>("auto");
  const [patients, setPatients] = useState("");
  const [associated, setAssociated] = useState<string[]>([]);
  const [outputFormat, setOutputFormat] = useState("");
  const [organizeBy, setOrganizeBy] = useState<string | null>(null);
  const [partial, setPartial] = useState(false);
  const [attachments, setAttachments] = useState(false);
  const [attachmentSize, setAttachmentSize] = useState<number | string>(20);
  const [attachmentTypes, setAttachmentTypes] = useState("");
  const [limitDays, setLimitDays] = useState<number | string>("");
  const [stallHours, setStallHours] = useState<number | string>("");

  const chosenTypes =
    types ?? defaultResourceTypes.filter((type) => !offered.length || offered.includes(type));
  const delaySeconds = typeof delay === "number" ? delay : 5;
  const request: ExportRequest = {
    resource_types: chosenTypes,
    since: incremental ? undefined : instant(since),
    until: incremental ? undefined : instant(until),
    type_filter: lines(typeFilter),
    elements: incremental ? undefined : lines(elements),
    ...(lenient ? { lenient } : {}),
    ...(post ? { method: "POST" as const } : {}),
    ...(mode === "auto" ? {} : { mode }),
    // At system level the standard knows no list of patients.
    patient: level === "system" || incremental ? undefined : lines(patients)?.map(patientReference),
    include_associated_data: associated.length > 0 ? associated : undefined,
    output_format: outputFormat.trim() || undefined,
    organize_output_by: organizeBy ?? undefined,
    ...(partial ? { allow_partial_manifests: true } : {}),
    ...(attachments
      ? {
          attachments: {
            max_bytes: Math.ceil(
              (typeof attachmentSize === "number" && attachmentSize > 0 ? attachmentSize : 20) *
                1_000_000,
            ),
            content_types: lines(attachmentTypes),
          },
        }
      : {}),
    ...(typeof limitDays === "number" && limitDays > 0 ? { limit_hours: limitDays * 24 } : {}),
    ...(typeof stallHours === "number" && stallHours > 0 ? { stall_hours: stallHours } : {}),
  };
  const jobs = level === "group" ? selected.length : 1;
  const plan =
    jobs === 0
      ? t("plan.none")
      : jobs === 1
        ? t("plan.one")
        : delaySeconds === 0
          ? t("plan.several-at-once", { count: jobs })
          : t("plan.several", { count: jobs, seconds: delaySeconds });

  // The server's own transactionTime, which the standard names as the next _since, of exports that
  // brought everything; the oldest of them: nothing of any ticked group is missed.
  const lasts = selected.map(({ last_export }) =>
    last_export?.status === "completed" && last_export.completeness !== "incomplete"
      ? last_export.transaction_time
      : null,
  );
  const lastExport =
    level === "group" && lasts.length > 0 && lasts.every((at) => at !== null)
      ? ([...lasts].sort()[0] ?? null)
      : null;

  const go = () =>
    start.mutate(
      {
        connection_id: id,
        level,
        groups:
          level === "group"
            ? selected.map(({ id, name, patients }) => ({ id, name, patients }))
            : [],
        request,
        ...(incremental ? { incremental } : {}),
        delay_seconds: delaySeconds,
      },
      { onSuccess: ({ batch_id }) => router.push(`/jobs?batch=${batch_id}`) },
    );

  return (
    <Paper withBorder radius="md" p={{ base: "md", sm: "lg" }} id="export">
      <Group gap={4}>
        <Title order={2} size="h4">
          {t(may ? "title" : "groups.title")}
        </Title>
        <Explained word="group" />
      </Group>
      <Text size="sm" c="dimmed" mb="md">
        {t(may ? "lead" : "viewer")}
      </Text>
      <Stack gap="lg">
        {may ? (
          <SegmentedControl
            aria-label={t("level.label")}
            value={level}
            onChange={(value) => setLevel(value as Level)}
            data={(["group", "patient", "system"] as const).map((value) => ({
              value,
              label: t(`level.${value}`),
            }))}
            style={{ alignSelf: "flex-start", maxWidth: "100%" }}
          />
        ) : null}
        {level === "group" ? (
          <GroupTable
            query={groups}
            added={added}
            onAdd={(group) => {
              setAdded((old) => [group, ...old.filter(({ id }) => id !== group.id)]);
              setSelected((old) => [...old.filter(({ id }) => id !== group.id), group]);
            }}
            selected={selected}
            onSelected={setSelected}
            may={may}
          />
        ) : (
          <Text size="sm">{t(`level.${level}-text`)}</Text>
        )}
        {may ? (
          <>
            <TypePicker offered={offered} value={chosenTypes} onChange={setTypes} />
            <Switch
              label={t("incremental.label")}
              description={t("incremental.hint")}
              checked={incremental}
              onChange={({ currentTarget: { checked } }) => setIncremental(checked)}
            />
            <div>
              <Group align="flex-end" gap="sm">
                <DateTimePicker
                  disabled={incremental}
                  label={t("since.label")}
                  leftSection={<Explained word="since" />}
                  description={t("since.hint", {
                    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
                  })}
                  value={since}
                  onChange={setSince}
                  valueFormat="YYYY-MM-DD HH:mm"
                  maxDate={new Date()}
                  clearable
                  clearButtonProps={{ "aria-label": t("since.clear") }}
                  w={{ base: "100%", xs: 300 }}
                />
                {lastExport && !incremental ? (
                  <Button
                    variant="default"
                    leftSection={<IconHistory size={16} aria-hidden />}
                    onClick={() => setSince(local(lastExport))}
                  >
                    {t("since.last", {
                      time: format.dateTime(new Date(lastExport), {
                        dateStyle: "short",
                        timeStyle: "short",
                      }),
                    })}
                  </Button>
                ) : null}
              </Group>
              {since && level === "group" && !incremental ? (
                <Text size="xs" c="dimmed" mt={6}>
                  {t("since.part")}
                </Text>
              ) : null}
            </div>
            <Folded label={t("advanced.title")}>
              <Stack gap="lg">
                <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: "end" }}>
                  <NumberInput
                    label={t("advanced.delay")}
                    description={t("advanced.delay-hint")}
                    value={delay}
                    onChange={setDelay}
                    min={0}
                    max={86_400}
                    allowDecimal={false}
                    clampBehavior="strict"
                  />
                  <DateTimePicker
                    label={t("advanced.until")}
                    description={t("advanced.until-hint")}
                    value={until}
                    onChange={setUntil}
                    valueFormat="YYYY-MM-DD HH:mm"
                    clearable
                    clearButtonProps={{ "aria-label": t("since.clear") }}
                  />
                  <Select
                    label={t("advanced.mode")}
                    description={t("advanced.mode-hint")}
                    value={mode}
                    onChange={(value) => setMode((value ?? "auto") as Mode)}
                    data={modes.map((value) => ({ value, label: t(`advanced.mode-${value}`) }))}
                    allowDeselect={false}
                  />
                  <TextInput
                    label={t("advanced.format")}
                    description={t("advanced.format-hint")}
                    placeholder="application/fhir+ndjson"
                    value={outputFormat}
                    onChange={({ currentTarget }) => setOutputFormat(currentTarget.value)}
                    maxLength={128}
                    spellCheck={false}
                  />
                  <Textarea
                    label={t("advanced.type-filter")}
                    rightSection={<Explained word="type-filter" />}
                    rightSectionProps={{ style: { alignItems: "flex-start", paddingTop: 6 } }}
                    description={t("advanced.type-filter-hint")}
                    value={typeFilter}
                    onChange={({ currentTarget }) => setTypeFilter(currentTarget.value)}
                    autosize
                    minRows={2}
                    spellCheck={false}
                  />
                  <Textarea
                    label={t("advanced.elements")}
                    rightSection={<Explained word="elements" />}
                    rightSectionProps={{ style: { alignItems: "flex-start", paddingTop: 6 } }}
                    description={t("advanced.elements-hint")}
                    value={elements}
                    onChange={({ currentTarget }) => setElements(currentTarget.value)}
                    autosize
                    minRows={2}
                    spellCheck={false}
                  />
                  <MultiSelect
                    label={t("advanced.associated")}
                    description={t("advanced.associated-hint")}
                    data={associatedData}
                    value={associated}
                    onChange={setAssociated}
                    clearable
                  />
                  <Select
                    label={t("advanced.organize")}
                    description={t("advanced.organize-hint")}
                    data={["Patient", "Organization", "Group"]}
                    value={organizeBy}
                    onChange={setOrganizeBy}
                    clearable
                  />
                  <NumberInput
                    label={t("advanced.limit")}
                    description={t("advanced.limit-hint")}
                    value={limitDays}
                    onChange={setLimitDays}
                    min={0}
                    max={365}
                    decimalScale={2}
                  />
                  <NumberInput
                    label={t("advanced.stall")}
                    description={t("advanced.stall-hint")}
                    value={stallHours}
                    onChange={setStallHours}
                    min={0}
                    max={8_760}
                    decimalScale={2}
                  />
                  {level === "system" ? null : (
                    <Textarea
                      label={t("advanced.patient")}
                      description={t("advanced.patient-hint")}
                      value={patients}
                      onChange={({ currentTarget }) => setPatients(currentTarget.value)}
                      autosize
                      minRows={2}
                      maxRows={8}
                      spellCheck={false}
                    />
                  )}
                </SimpleGrid>
                <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
                  <Switch
                    label={t("advanced.lenient")}
                    description={t("advanced.lenient-hint")}
                    checked={lenient}
                    onChange={({ currentTarget }) => setLenient(currentTarget.checked)}
                  />
                  <Switch
                    label={t("advanced.post")}
                    description={t("advanced.post-hint")}
                    checked={post}
                    onChange={({ currentTarget }) => setPost(currentTarget.checked)}
                  />
                  <Switch
                    label={t("advanced.partial")}
                    description={t("advanced.partial-hint")}
                    checked={partial}
                    onChange={({ currentTarget }) => setPartial(currentTarget.checked)}
                  />
                  <Switch
                    label={t("advanced.attachments")}
                    description={t("advanced.attachments-hint")}
                    checked={attachments}
                    onChange={({ currentTarget }) => setAttachments(currentTarget.checked)}
                  />
                </SimpleGrid>
                {attachments ? (
                  <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: "end" }}>
                    <NumberInput
                      label={t("advanced.attachment-size")}
                      description={t("advanced.attachment-size-hint")}
                      value={attachmentSize}
                      onChange={setAttachmentSize}
                      min={0.001}
                      max={1_000_000}
                    />
                    <Textarea
                      label={t("advanced.attachment-types")}
                      description={t("advanced.attachment-types-hint")}
                      value={attachmentTypes}
                      onChange={({ currentTarget }) => setAttachmentTypes(currentTarget.value)}
                      autosize
                      minRows={2}
                      spellCheck={false}
                    />
                  </SimpleGrid>
                ) : null}
              </Stack>
            </Folded>
            <div>
              <Text size="sm" fw={500} mb={4} component="div">
                {t("request")} <Explained word="kick-off" />
              </Text>
              <Code
                block
                fz="xs"
                tabIndex={0}
                role="region"
                aria-label={t("request")}
                style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
              >
                {requestText({
                  fhirBaseUrl: connection.fhir_base_url,
                  level,
                  groupId: selected[0]?.id ?? null,
                  request,
                  dialect: connection.dialect,
                })}
              </Code>
              {level === "group" && selected.length > 1 ? (
                <Text size="xs" c="dimmed" mt={4}>
                  {t("request-more", { count: selected.length - 1 })}
                </Text>
              ) : null}
            </div>
            {start.isError ? <FailureAlert failure={start.error} title={t("not-started")} /> : null}
            <Divider />
            <Group justify="space-between" gap="sm">
              <Text aria-live="polite" className="numbers" c={jobs === 0 ? "dimmed" : undefined}>
                {plan}
              </Text>
              <Button
                size="md"
                leftSection={<IconPlayerPlay size={18} aria-hidden />}
                disabled={jobs === 0}
                loading={start.isPending || start.isSuccess}
                onClick={go}
              >
                {t("start", { count: jobs })}
              </Button>
            </Group>
          </>
        ) : null}
      </Stack>
    </Paper>
  );
}
