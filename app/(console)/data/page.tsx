import type { Metadata } from "next";
import { DataBrowser } from "@/components/data/data-browser";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).data.title };
}

export default async function DataPage() {
  await requirePerson();
  return <DataBrowser />;
}
