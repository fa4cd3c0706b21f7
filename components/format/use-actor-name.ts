import { useTranslations } from "use-intl";

/** Who ordered something, in words: a person's e-mail address, "API key bh_1234…", or the application itself. */
export function useActorName(): (actor: string) => string {
  const t = useTranslations("settings.audit");
  return (actor) =>
    actor === "system"
      ? t("system")
      : actor.startsWith("key:")
        ? t("key", { prefix: actor.slice(4) })
        : actor;
}
