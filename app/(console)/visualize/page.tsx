import type { Metadata } from "next";
import { Visualize } from "@/components/visualize/visualize";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).visualize.title };
}

export default async function VisualizePage() {
  await requirePerson();
  return <Visualize />;
}
