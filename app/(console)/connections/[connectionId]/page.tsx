import type { Metadata } from "next";
import { ConnectionPage } from "@/components/connections/connection-page";
import { InBrowser } from "@/components/frame/in-browser";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).connections.title };
}

export default async function Page({ params }: { params: Promise<{ connectionId: string }> }) {
  const { role } = await requirePerson();
  const { connectionId } = await params;
  return (
    <InBrowser>
      <ConnectionPage connectionId={connectionId} role={role} />
    </InBrowser>
  );
}
