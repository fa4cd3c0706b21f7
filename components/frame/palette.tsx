"use client";

import { Modal, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import {
  IconApi,
  IconDatabase,
  IconDeviceDesktop,
  IconFileUpload,
  IconKeyboard,
  IconLanguage,
  IconListDetails,
  IconMoon,
  IconPlayerPlay,
  IconPlugConnected,
  IconSearch,
  IconSun,
  IconUser,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { useFormatter, useLocale, useTranslations } from "use-intl";
import { connectionLabels } from "@/components/format/connection-labels";
import { personName } from "@/components/format/person-name";
import { connectionsQuery } from "@/lib/browser/connections-queries";
import { paletteJobsQuery, palettePatientsQuery } from "@/lib/browser/palette-queries";
import type { Role } from "@/lib/contract/settings";
import { chooseLanguage } from "./choose-language";
import { places } from "./places";

type Entry = {
  id: string;
  label: string;
  description?: string;
  icon: typeof IconSearch;
  run: () => void;
  /** further words that find it */
  words?: string;
};

/**
 * Goes anywhere and does what is done often: pages, guides, connections, jobs, groups and patients by
 * name or id, language and theme. It is loaded and asks for anything only once it is opened.
 */
export function Palette({
  asked: times,
  role,
  onShortcuts,
}: {
  /** how often it was asked for: each time opens it */
  asked: number;
  role: Role;
  onShortcuts: () => void;
}) {
  const t = useTranslations("frame");
  const router = useRouter();
  const locale = useLocale();
  const { setColorScheme } = useMantineColorScheme();
  const format = useFormatter();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 200);
  const may = role !== "viewer";
  const go = (href: string) => () => router.push(href);

  const connections = useQuery(connectionsQuery());
  // Enter goes to the first of what is listed: what was found for other words must not stand there.
  const wanted = asked.length >= 2 && asked === text.trim();
  const jobs = useQuery({ ...paletteJobsQuery(asked), enabled: wanted });
  const patients = useQuery({ ...palettePatientsQuery(asked), enabled: wanted });

  // Several jobs may have brought the same patient, whose page is one.
  const rows = wanted ? (patients.data?.rows ?? []) : [];
  const persons = rows.filter((row, at) => rows.findIndex(({ id }) => id === row.id) === at);

  useEffect(() => {
    if (times > 0) spotlight.open();
  }, [times]);

  const words = text.trim().toLowerCase().split(/\s+/);
  const fits = ({ label, description = "", words: more = "" }: Entry) => {
    const where = `${label} ${description} ${more}`.toLowerCase();
    return words.every((word) => where.includes(word));
  };

  const pages: Entry[] = [
    ...places.map(({ id, href, icon }) => ({ id, label: t(`nav.${id}`), icon, run: go(href) })),
    {
      id: "api",
      label: t("palette.api"),
      icon: IconApi,
      run: go("/help/api"),
      words: "openapi rest",
    },
  ];
  const list = connections.data?.connections ?? [];
  const labels = connectionLabels(list);
  const actions: Entry[] = [
    ...(may
      ? [
          {
            id: "new-connection",
            label: t("palette.new-connection"),
            icon: IconFileUpload,
            run: go("/connections/new"),
          },
          // Of many the first; a word finds the others.
          ...list.slice(0, text.trim() ? undefined : 3).map(({ connection_id, name }) => ({
            id: `export-${connection_id}`,
            label: t("palette.export", { name: labels.get(connection_id) ?? name }),
            icon: IconPlayerPlay,
            run: go(`/connections/${connection_id}`),
          })),
        ]
      : []),
    {
      id: "language",
      label: locale === "en" ? "简体中文" : "English",
      description: t("language"),
      icon: IconLanguage,
      run: () => chooseLanguage(locale === "en" ? "zh-CN" : "en"),
      words: "language chinese english 语言",
    },
    ...(["light", "dark", "auto"] as const).map((scheme) => ({
      id: `theme-${scheme}`,
      label: `${t("theme.label")}: ${t(`theme.${scheme}`)}`,
      icon: { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop }[scheme],
      run: () => setColorScheme(scheme),
    })),
    {
      id: "shortcuts",
      label: t("palette.shortcuts"),
      icon: IconKeyboard,
      run: onShortcuts,
      words: "keyboard ?",
    },
  ];
  const servers: Entry[] = list.map(({ connection_id, name, fhir_base_url }) => ({
    id: connection_id,
    label: labels.get(connection_id) ?? name,
    description: fhir_base_url,
    icon: IconPlugConnected,
    run: go(`/connections/${connection_id}`),
  }));
  const found = wanted ? (jobs.data?.jobs ?? []) : [];
  const groups = new Map(
    found
      .filter((job) => job.group_id)
      .map((job) => [`${job.connection_name} ${job.group_id}`, job] as const),
  );

  const sections: { title: string; entries: Entry[] }[] = [
    { title: t("palette.pages"), entries: pages.filter(fits) },
    { title: t("palette.connections"), entries: text.trim() ? servers.filter(fits) : [] },
    {
      title: t("palette.jobs"),
      entries: found.slice(0, 5).map((job) => ({
        id: job.job_id,
        label: job.group_name ?? job.group_id ?? job.connection_name,
        description: `…${job.job_id.slice(-8)} · ${t(`palette.status.${job.status}`)} · ${job.connection_name}`,
        icon: IconListDetails,
        run: go(`/jobs/${job.job_id}`),
      })),
    },
    {
      title: t("palette.groups"),
      entries: [...groups.values()]
        .filter((job) =>
          `${job.group_name} ${job.group_id}`.toLowerCase().includes(asked.toLowerCase()),
        )
        .slice(0, 5)
        .map((job) => ({
          id: `group-${job.connection_id}-${job.group_id}`,
          label: t("palette.group-jobs", { group: job.group_name ?? job.group_id ?? "" }),
          description: job.connection_name,
          icon: IconUsersGroup,
          run: go(`/jobs?q=${encodeURIComponent(job.group_name ?? job.group_id ?? "")}`),
        })),
    },
    {
      title: t("palette.patients"),
      entries: persons.slice(0, 5).map((row) => ({
        id: `patient-${row.id}`,
        label: personName(row.columns) || row.id,
        description: [
          typeof row.columns.birth_date === "string"
            ? format.dateTime(new Date(row.columns.birth_date), {
                dateStyle: "medium",
                timeZone: "UTC",
              })
            : null,
          personName(row.columns) ? row.id : null,
        ]
          .filter(Boolean)
          .join(" · "),
        icon: IconUser,
        run: go(`/data/patients/${encodeURIComponent(row.id)}`),
      })),
    },
    {
      title: t("palette.actions"),
      entries: [
        ...actions.filter(fits),
        ...(wanted
          ? [
              {
                id: "search-data",
                label: t("palette.search-data", { text: asked }),
                icon: IconDatabase,
                run: go(`/data?type=Patient&q=${encodeURIComponent(asked)}`),
              },
            ]
          : []),
      ],
    },
  ];
  const shown = sections.filter(({ entries }) => entries.length > 0);
  const waiting = jobs.isFetching || patients.isFetching || asked !== text.trim();

  return (
    <Spotlight.Root query={text} onQueryChange={setText} shortcut={null} scrollable maxHeight={420}>
      <VisuallyHidden>
        <Modal.Title>{t("search")}</Modal.Title>
      </VisuallyHidden>
      <Spotlight.Search
        placeholder={t("search-hint")}
        aria-label={t("search-hint")}
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {shown.map(({ title, entries }) => (
          <Spotlight.ActionsGroup key={title} label={title}>
            {entries.map(({ id, label, description, icon: Icon, run }) => (
              <Spotlight.Action
                key={id}
                label={label}
                description={description}
                leftSection={(<Icon size={18} stroke={1.6} aria-hidden />) as ReactNode}
                onClick={run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {shown.length === 0 ? (
          <Spotlight.Empty>{t(waiting ? "loading" : "search-empty")}</Spotlight.Empty>
        ) : null}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
