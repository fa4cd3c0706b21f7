import type { Metadata } from "next";
import { InBrowser } from "@/components/frame/in-browser";
import { HelpPage } from "@/components/help/help-page";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).help.title };
}

export default async function Page() {
  await requirePerson();
  return (
    <InBrowser>
      <HelpPage />
    </InBrowser>
  );
}
