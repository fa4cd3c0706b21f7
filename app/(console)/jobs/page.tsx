import type { Metadata } from "next";
import { JobListPage } from "@/components/jobs/job-list";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).jobs.title };
}

export default async function Page() {
  const { role } = await requirePerson();
  return <JobListPage role={role} />;
}
