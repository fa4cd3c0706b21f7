import type { Metadata } from "next";
import { InBrowser } from "@/components/frame/in-browser";
import { SettingsPage } from "@/components/settings/settings-page";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).settings.title };
}

export default async function Settings() {
  const { userId, ...account } = await requirePerson();
  return (
    <InBrowser>
      <SettingsPage userId={userId} account={account} />
    </InBrowser>
  );
}
