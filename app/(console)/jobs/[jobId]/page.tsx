import type { Metadata } from "next";
import { InBrowser } from "@/components/frame/in-browser";
import { JobPage } from "@/components/jobs/job-page";
import { jobPath } from "@/lib/browser/list-paths";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).jobs.title };
}

export default async function Page({ params }: { params: Promise<{ jobId: string }> }) {
  const { role } = await requirePerson();
  const { jobId } = await params;
  return (
    <InBrowser ahead={[jobPath(jobId)]}>
      <JobPage jobId={jobId} role={role} />
    </InBrowser>
  );
}
