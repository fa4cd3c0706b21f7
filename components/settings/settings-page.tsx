"use client";

import { Tabs } from "@mantine/core";
import { IconHistory, IconInfoCircle, IconKey, IconUser, IconUsers } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { PageHeader } from "@/components/frame/page-header";
import { useUrlState } from "@/lib/browser/url-state";
import { AboutPanel } from "./about-panel";
import { type Account, AccountPanel } from "./account-panel";
import { AuditPanel } from "./audit-panel";
import { KeysPanel } from "./keys-panel";
import { PeoplePanel } from "./people-panel";

const tabs = [
  { id: "people", icon: IconUsers, admin: true },
  { id: "api-keys", icon: IconKey, admin: false },
  { id: "audit", icon: IconHistory, admin: true },
  { id: "account", icon: IconUser, admin: false },
  { id: "about", icon: IconInfoCircle, admin: false },
] as const;

/** People, API keys, audit trail, one's own account, about; each role sees what its API answers. */
export function SettingsPage({ userId, account }: { userId: string; account: Account }) {
  const { role } = account;
  const t = useTranslations("settings");
  const { search, set } = useUrlState();
  const shown = tabs.filter((tab) => role === "admin" || !tab.admin);
  const tab = shown.find(({ id }) => id === search.get("tab"))?.id ?? shown[0]?.id ?? "about";
  return (
    <>
      <PageHeader title={t("title")}>{t("text")}</PageHeader>
      <Tabs
        value={tab}
        keepMounted={false}
        // The other tabs' search and page end with the tab.
        onChange={(next) => set({ tab: next, page: null, q: null, action: null })}
      >
        <Tabs.List mb="lg">
          {shown.map(({ id, icon: Icon }) => (
            <Tabs.Tab key={id} value={id} leftSection={<Icon size={16} aria-hidden />}>
              {t(`tabs.${id}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown.map(({ id }) => (
          <Tabs.Panel key={id} value={id}>
            {id === "people" ? <PeoplePanel userId={userId} /> : null}
            {id === "api-keys" ? <KeysPanel role={role} /> : null}
            {id === "audit" ? <AuditPanel /> : null}
            {id === "account" ? <AccountPanel account={account} /> : null}
            {id === "about" ? <AboutPanel /> : null}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
