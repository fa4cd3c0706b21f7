import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { NewConnection } from "@/components/connections/new-connection";
import { InBrowser } from "@/components/frame/in-browser";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).connections.create.title };
}

export default async function Page() {
  const { role } = await requirePerson();
  if (role === "viewer") redirect("/connections");
  return (
    <InBrowser>
      <NewConnection />
    </InBrowser>
  );
}
