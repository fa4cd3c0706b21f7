import type { Metadata } from "next";
import { ConnectionListPage } from "@/components/connections/connection-list";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).connections.title };
}

export default async function Page() {
  const { role } = await requirePerson();
  return <ConnectionListPage role={role} />;
}
