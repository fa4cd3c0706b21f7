import type { Metadata } from "next";
import { JobPage } from "@/components/jobs/job-page";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).jobs.title };
}

export default async function Page({ params }: { params: Promise<{ jobId: string }> }) {
  const { role } = await requirePerson();
  const { jobId } = await params;
  return <JobPage jobId={jobId} role={role} />;
}
