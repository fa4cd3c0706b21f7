import type { Metadata } from "next";
import { InBrowser } from "@/components/frame/in-browser";
import { OverviewPage } from "@/components/overview/overview-page";
import { connectionsPath, overviewPath } from "@/lib/browser/list-paths";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).overview.title };
}

export default async function Page() {
  const { role } = await requirePerson();
  return (
    <InBrowser ahead={[overviewPath, connectionsPath]}>
      <OverviewPage role={role} />
    </InBrowser>
  );
}
