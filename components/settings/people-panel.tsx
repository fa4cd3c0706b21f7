"use client";

import { Badge, Button, Group, Select, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFailureText } from "@/components/feedback/failure-text";
import { RelativeTime } from "@/components/format/relative-time";
import { peopleQuery, useChangePerson } from "@/lib/browser/settings-queries";
import { type ChangePersonBody, type PersonView, Role } from "@/lib/contract/settings";
import { Confirm } from "./confirm";
import { InviteModal } from "./invite-modal";
import { Panel } from "./panel";
import { RenewModal } from "./renew-modal";
import { WideTable } from "./wide-table";

type Asked = { person: PersonView; change: ChangePersonBody; kind: "disable" | "viewer" | "self" };

/** Who may come in and what they may do. */
export function PeoplePanel({ userId }: { userId: string }) {
  const t = useTranslations("settings.people");
  const settings = useTranslations("settings");
  const frame = useTranslations("frame");
  const text = useFailureText();
  const query = useQuery(peopleQuery());
  const change = useChangePerson();
  const [inviting, setInviting] = useState(false);
  const [renewing, setRenewing] = useState<PersonView | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);

  const apply = (person: PersonView, body: ChangePersonBody) =>
    change.mutate(
      { userId: person.user_id, ...body },
      {
        onSuccess: () => {
          notifications.show({ color: "green", message: t("changed", { name: person.name }) });
          // Without the role this page shows less: rendered anew for who we are now.
          if (person.user_id === userId) window.location.reload();
        },
        onError: (error) =>
          notifications.show({
            color: "red",
            title: t("not-changed", { name: person.name }),
            message: text(error),
            autoClose: 10_000,
          }),
        onSettled: () => setAsked(null),
      },
    );

  /** What takes rights away for good is asked for once more. */
  const wish = (person: PersonView, body: ChangePersonBody) => {
    const self = person.user_id === userId && person.role === "admin";
    if (body.disabled) setAsked({ person, change: body, kind: "disable" });
    else if (body.role && self) setAsked({ person, change: body, kind: "self" });
    else if (body.role === "viewer") setAsked({ person, change: body, kind: "viewer" });
    else apply(person, body);
  };

  return (
    <Panel
      text={t("text")}
      query={query}
      action={
        <Button
          leftSection={<IconUserPlus size={16} aria-hidden />}
          onClick={() => setInviting(true)}
        >
          {settings("invite.open")}
        </Button>
      }
    >
      {({ people }) => (
        <>
          <WideTable
            label={settings("tabs.people")}
            minWidth={860}
            head={[
              t("name"),
              t("email"),
              t("role"),
              t("last-sign-in"),
              t("state"),
              settings("actions"),
            ]}
          >
            {people.map((person) => (
              <Table.Tr key={person.user_id}>
                <Table.Td>
                  <Group gap={6} wrap="nowrap">
                    <Text size="sm" fw={500}>
                      {person.name}
                    </Text>
                    {person.user_id === userId ? (
                      <Badge size="sm" variant="default" tt="none">
                        {t("you")}
                      </Badge>
                    ) : null}
                  </Group>
                </Table.Td>
                <Table.Td>{person.email}</Table.Td>
                <Table.Td>
                  <Select
                    aria-label={t("role-of", { name: person.name })}
                    size="xs"
                    w={148}
                    allowDeselect={false}
                    value={person.role}
                    disabled={person.disabled || change.isPending}
                    data={Role.options.map((role) => ({
                      value: role,
                      label: frame(`role.${role}`),
                    }))}
                    onChange={(role) => {
                      if (role && role !== person.role) wish(person, { role: role as Role });
                    }}
                  />
                </Table.Td>
                <Table.Td>
                  {person.last_sign_in_at ? (
                    <RelativeTime at={person.last_sign_in_at} />
                  ) : (
                    settings("never")
                  )}
                </Table.Td>
                <Table.Td>{person.disabled ? t("disabled") : t("active")}</Table.Td>
                <Table.Td style={{ whiteSpace: "nowrap" }}>
                  <Button
                    size="xs"
                    variant="default"
                    mr="xs"
                    disabled={person.disabled}
                    aria-label={t("renew-of", { name: person.name })}
                    onClick={() => setRenewing(person)}
                  >
                    {t("renew")}
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    disabled={change.isPending}
                    aria-label={t(person.disabled ? "enable-of" : "disable-of", {
                      name: person.name,
                    })}
                    onClick={() => wish(person, { disabled: !person.disabled })}
                  >
                    {t(person.disabled ? "enable" : "disable")}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </WideTable>
          <Text size="xs" c="dimmed">
            {t("count", { count: people.length })}
          </Text>
          {inviting ? <InviteModal onClose={() => setInviting(false)} /> : null}
          {renewing ? <RenewModal person={renewing} onClose={() => setRenewing(null)} /> : null}
          {asked ? (
            <Confirm
              title={t(`${asked.kind}-title`, { name: asked.person.name })}
              text={t(`${asked.kind}-text`, { email: asked.person.email })}
              action={t(
                asked.kind === "disable"
                  ? "disable"
                  : asked.kind === "viewer"
                    ? "confirm-viewer"
                    : "confirm-self",
              )}
              busy={change.isPending}
              onConfirm={() => apply(asked.person, asked.change)}
              onClose={() => setAsked(null)}
            />
          ) : null}
        </>
      )}
    </Panel>
  );
}
