import type { Metadata } from "next";
import { ConnectionListPage } from "@/components/connections/connection-list";
import { InBrowser } from "@/components/frame/in-browser";
import { connectionsPath } from "@/lib/browser/list-paths";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).connections.title };
}

export default async function Page() {
  const { role } = await requirePerson();
  return (
    <InBrowser ahead={[connectionsPath]}>
      <ConnectionListPage role={role} />
    </InBrowser>
  );
}
