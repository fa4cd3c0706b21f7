import type { Metadata } from "next";
import { InBrowser } from "@/components/frame/in-browser";
import { JobListPage } from "@/components/jobs/job-list";
import { connectionsPath, exportsPath } from "@/lib/browser/list-paths";
import { JobListQuery } from "@/lib/contract/job";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).jobs.title };
}

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { role } = await requirePerson();
  const plain = Object.keys(await searchParams).length === 0;
  return (
    <InBrowser ahead={[connectionsPath, ...(plain ? [exportsPath(JobListQuery.parse({}))] : [])]}>
      <JobListPage role={role} />
    </InBrowser>
  );
}
