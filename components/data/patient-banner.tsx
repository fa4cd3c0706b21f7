"use client";

import { Anchor, Avatar, Badge, Breadcrumbs, Group, Paper, Text, Title } from "@mantine/core";
import { IconUser } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { personName } from "@/components/format/person-name";
import { ShortId } from "@/components/format/short-id";
import { Link } from "@/components/frame/link";
import type { PatientSummary } from "@/lib/contract/patient";
import { ageOf } from "./age-of";
import classes from "./data.module.css";
import { useCellText } from "./use-cell-text";

/** How many business identifiers stand in the banner; the JSON has all. */
const mostIdentifiers = 5;

/** Who it is: name, age, sex, ids, and whether the patient has died. */
export function PatientBanner({
  patientId,
  person,
  onOpen,
  children,
}: {
  patientId: string;
  /** null: the resource Patient is not among what is shown */
  person: PatientSummary["patient"];
  onOpen: () => void;
  /** which job is shown */
  children: ReactNode;
}) {
  const t = useTranslations("data.person");
  const data = useTranslations("data");
  const textOf = useCellText();
  const name = personName(person ?? {});
  const age = person?.birth_date
    ? ageOf(person.birth_date, person.deceased_at ? new Date(person.deceased_at) : new Date())
    : null;
  const ageText = age
    ? age.years < 2
      ? t("months", { count: age.months })
      : t("years", { count: age.years })
    : null;
  const dead = person?.deceased === true || Boolean(person?.deceased_at);
  const facts = [
    person?.gender ? textOf("gender", person.gender) : null,
    // How old somebody was who died on an unknown day nobody can say.
    dead && !person?.deceased_at ? null : ageText,
    person?.birth_date
      ? data("patient-born", { date: textOf("birth_date", person.birth_date) })
      : null,
    [person?.postal_code, person?.city, person?.state, person?.country].filter(Boolean).join(" ") ||
      null,
  ].filter((fact) => fact !== null);
  const identifiers = person?.identifiers.filter(({ value }) => value !== patientId) ?? [];
  return (
    <>
      <Breadcrumbs mb="sm" fz="sm" aria-label={t("trail")} component="nav">
        <Anchor component={Link} href="/data?type=Patient" size="sm">
          {t("all-patients")}
        </Anchor>
        <Text span size="sm" c="dimmed" truncate maw="16rem">
          {name || patientId}
        </Text>
      </Breadcrumbs>
      <Paper withBorder p="md" mb="md">
        <div className={classes.banner}>
          <Group gap="md" wrap="nowrap" align="flex-start" miw={0}>
            <Avatar size={52} radius="xl" alt="" visibleFrom="xs">
              <IconUser size={28} aria-hidden />
            </Avatar>
            <div style={{ minWidth: 0 }}>
              <Group gap="sm">
                <Title order={1} size="h3" className={classes.title}>
                  {name || t("unnamed")}
                </Title>
                {dead ? (
                  <Badge color="gray" variant="outline" tt="none" radius="sm" c="inherit">
                    {person?.deceased_at
                      ? data("patient-died", {
                          date: textOf("birth_date", person.deceased_at.slice(0, 10)),
                        })
                      : data("patient-deceased")}
                  </Badge>
                ) : null}
              </Group>
              <Text className="numbers">{person ? facts.join(" · ") : t("no-patient")}</Text>
              <dl className={classes.ids}>
                <div>
                  <dt>{t("patient-id")}</dt>
                  <dd>
                    <ShortId id={patientId} whole />
                  </dd>
                </div>
                {identifiers.slice(0, mostIdentifiers).map(({ label, system, value }) => (
                  <div key={`${system} ${value}`} title={system ?? undefined}>
                    <dt>{label ?? t("identifier")}</dt>
                    <dd className={classes.break}>{value}</dd>
                  </div>
                ))}
                {identifiers.length > mostIdentifiers ? (
                  <div>
                    <dt>{t("more", { count: identifiers.length - mostIdentifiers })}</dt>
                    <dd />
                  </div>
                ) : null}
              </dl>
              {person ? (
                <Anchor component="button" type="button" size="sm" onClick={onOpen} mt={4}>
                  {t("patient-json")}
                </Anchor>
              ) : null}
            </div>
          </Group>
          <div className={classes.view}>{children}</div>
        </div>
      </Paper>
    </>
  );
}
