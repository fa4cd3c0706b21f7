"use client";

import { Anchor, Group, Text } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Pill } from "@/components/format/pill";
import { Link } from "@/components/frame/link";
import { isAdvised, sides } from "./advice";

/** Under a step that failed: whose side it is on, and what to try next. */
export function StepAdvice({ code }: { code: string }) {
  const t = useTranslations("connections.test.advice");
  if (!isAdvised(code)) return null;
  const side = sides[code];
  return (
    <div>
      <Group gap="xs" mt={6} mb={4}>
        <Pill color={side === "nobody" ? "gray" : side === "server" ? "yellow" : "blue"} size="sm">
          {t(`side.${side}`)}
        </Pill>
      </Group>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        <Text span inherit fw={600}>
          {t("next-title")}:
        </Text>{" "}
        {t(`next.${code}`)}{" "}
        <Anchor component={Link} href="/help/troubleshooting" size="sm" underline="always">
          {t("more")}
        </Anchor>
      </Text>
    </div>
  );
}
