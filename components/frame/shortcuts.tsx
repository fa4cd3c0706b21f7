"use client";

import { Kbd, Modal, Table, Text } from "@mantine/core";
import { useOs } from "@mantine/hooks";
import { useTranslations } from "use-intl";
import { places } from "./places";

/** What the keyboard can do. */
export function Shortcuts({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations("help.shortcuts");
  const frame = useTranslations("frame");
  const os = useOs();
  const mod = os === "macos" || os === "ios" ? "⌘" : "Ctrl";
  const rows: [string[], string, string][] = [
    [[mod, "K"], "+", t("palette")],
    ...places.map(({ id, key }): [string[], string, string] => [
      ["G", key.toUpperCase()],
      t("then"),
      t("go", { place: frame(`nav.${id}`) }),
    ]),
    [["?"], "", t("help")],
    [["Esc"], "", t("close")],
  ];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("title")}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Text size="sm" c="dimmed" mb="sm">
        {t("text")}
      </Text>
      <Table aria-label={t("title")} verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(([keys, between, what]) => (
            <Table.Tr key={what}>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Kbd>{keys[0]}</Kbd>
                {keys[1] ? (
                  <>
                    {" "}
                    <Text span size="xs" c="dimmed">
                      {between}
                    </Text>{" "}
                    <Kbd>{keys[1]}</Kbd>
                  </>
                ) : null}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
