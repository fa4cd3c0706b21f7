"use client";

import {
  Anchor,
  Button,
  Group,
  Timeline as Line,
  Text,
  Title,
  UnstyledButton,
} from "@mantine/core";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { Pill } from "@/components/format/pill";
import { useTypeName } from "@/components/format/use-type-name";
import { Link } from "@/components/frame/link";
import type { PatientSummary } from "@/lib/contract/patient";
import classes from "./data.module.css";
import { useCellText } from "./use-cell-text";

type Opened = { type: string; job_id: string; id: string };
type Event = Opened & { title: string; at: string | null; encounter_id: string | null };
type Stop = Opened & {
  at: string | null;
  end: string | null;
  title: string;
  badge: string | null;
  events: Event[];
};

/** What else happens to people at a time, and is told by the day; bills and the like are not. */
export const timelineTypes = ["Procedure", "Immunization", "DiagnosticReport", "ImagingStudy"];

/** How many stops are drawn at first, and by how many more a click. */
const step = 12;

function eventsOf({ conditions, medications, resources }: PatientSummary): Event[] {
  return [
    ...[...conditions.active.rows, ...conditions.past.rows].map((row) => ({
      ...{ type: "Condition", job_id: row.job_id, id: row.id, encounter_id: row.encounter_id },
      title: row.code_display ?? row.code ?? row.id,
      at: row.onset_at ?? row.recorded_at,
    })),
    ...resources
      .filter(({ type }) => timelineTypes.includes(type))
      .flatMap(({ rows }) => rows)
      .map((row) => ({
        ...{ type: row.type, job_id: row.job_id, id: row.id, encounter_id: row.encounter_id },
        title: row.code_display ?? row.code ?? row.id,
        at: row.occurred_at,
      })),
    ...[...medications.active.rows, ...medications.past.rows].map((row) => ({
      ...{ type: "MedicationRequest", job_id: row.job_id, id: row.id },
      encounter_id: row.encounter_id,
      title: row.medication_display ?? row.medication_code ?? row.id,
      at: row.authored_at,
    })),
  ];
}

/** Encounters with what was found and done at them; what belongs to none of them stands by itself. */
function stopsOf(summary: PatientSummary): Stop[] {
  const stops = new Map<string, Stop>(
    summary.encounters.rows.map((row) => [
      row.id,
      {
        ...{ type: "Encounter", job_id: row.job_id, id: row.id, at: row.start_at, end: row.end_at },
        title: row.type_display ?? "",
        badge: row.class_code,
        events: [],
      },
    ]),
  );
  const alone: Stop[] = [];
  for (const event of eventsOf(summary)) {
    const stop = event.encounter_id === null ? undefined : stops.get(event.encounter_id);
    if (stop) stop.events.push(event);
    // One that names an encounter beyond those shown is older than the page goes back.
    else if (event.at !== null && (event.encounter_id === null || summary.encounters.total === 0)) {
      alone.push({ ...event, end: null, badge: null, events: [] });
    }
  }
  // Undated last; "" sorts before every date.
  return [...stops.values(), ...alone].toSorted((a, b) => ((a.at ?? "") < (b.at ?? "") ? 1 : -1));
}

/** A patient's encounters, newest first, year by year, with the problems, procedures and orders that belong to them. */
export function EncounterTimeline({
  summary,
  tableHref,
  onOpen,
  wide = false,
}: {
  summary: PatientSummary;
  tableHref: string;
  /** it has the whole width of the page: years stand beside each other */
  wide?: boolean;
  onOpen: (resource: Opened) => void;
}) {
  const t = useTranslations("data.person");
  const format = useFormatter();
  const textOf = useCellText();
  const typeName = useTypeName();
  const [most, setMost] = useState(step);
  const stops = stopsOf(summary);
  const shown = stops.slice(0, most);
  const { rows, total } = summary.encounters;
  const yearOf = (at: string | null) => (at === null ? t("undated") : at.slice(0, 4));
  if (stops.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("none.timeline")}
      </Text>
    );
  return (
    <>
      <div className={wide ? classes.years : undefined}>
        {[...new Set(shown.map(({ at }) => yearOf(at)))].map((year) => (
          <section key={year} aria-label={year} className={classes.year}>
            <Title order={3} size="h6" className="numbers" c="dimmed" mb={8}>
              {year}
            </Title>
            <Line bulletSize={12} lineWidth={2} active={-1}>
              {shown
                .filter(({ at }) => yearOf(at) === year)
                .map((stop) => {
                  const title = stop.title || typeName(stop.type);
                  const day = stop.at
                    ? format.dateTime(new Date(stop.at), { day: "numeric", month: "short" })
                    : "";
                  const lastDay =
                    stop.end && stop.at && stop.end.slice(0, 10) !== stop.at.slice(0, 10)
                      ? ` – ${textOf("end_at", stop.end.slice(0, 10))}`
                      : "";
                  return (
                    <Line.Item
                      key={`${stop.type} ${stop.job_id} ${stop.id}`}
                      title={
                        <Group gap={8} component="span">
                          <Text span size="xs" c="dimmed" className="numbers">
                            {day}
                            {lastDay}
                          </Text>
                          {stop.badge ? (
                            <Pill color="blue" size="sm">
                              {textOf("class_code", stop.badge)}
                            </Pill>
                          ) : stop.type === "Encounter" ? null : (
                            <Pill color="gray" size="sm">
                              {typeName(stop.type)}
                            </Pill>
                          )}
                        </Group>
                      }
                    >
                      <Anchor
                        component="button"
                        type="button"
                        size="sm"
                        c="inherit"
                        ta="left"
                        onClick={() => onOpen(stop)}
                        title={t("open")}
                      >
                        {title}
                      </Anchor>
                      {stop.events.length > 0 ? (
                        <ul className={classes.events}>
                          {stop.events.map((event) => (
                            <li key={`${event.type} ${event.id}`}>
                              <UnstyledButton
                                className={classes.event}
                                onClick={() => onOpen(event)}
                                title={t("open")}
                              >
                                <Text span c="dimmed" size="xs">
                                  {typeName(event.type)}
                                </Text>{" "}
                                <Text span size="sm">
                                  {event.title}
                                </Text>
                              </UnstyledButton>
                            </li>
                          ))}
                        </ul>
                      ) : null}
                    </Line.Item>
                  );
                })}
            </Line>
          </section>
        ))}
      </div>
      <Group gap="sm" mt="sm">
        {stops.length > most ? (
          <Button variant="default" size="xs" onClick={() => setMost(most + 4 * step)}>
            {t("earlier", { count: stops.length - most })}
          </Button>
        ) : null}
        {total > rows.length ? (
          <Text size="xs" c="dimmed" className="numbers">
            {t("showing-encounters", {
              shown: format.number(rows.length),
              total: format.number(total),
            })}{" "}
            <Anchor component={Link} href={tableHref} size="xs">
              {t("in-table")}
            </Anchor>
          </Text>
        ) : null}
      </Group>
    </>
  );
}
