import type { Metadata } from "next";
import { after } from "next/server";
import { Visualize } from "@/components/visualize/visualize";
import { ChartQuery } from "@/lib/contract/chart";
import { locale } from "@/lib/http/locale";
import { warmCharts } from "@/lib/query/chart";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).visualize.title };
}

export default async function VisualizePage({
  searchParams,
}: {
  searchParams: Promise<{ job?: string | string[] }>;
}) {
  await requirePerson();
  const query = ChartQuery.pick({ job: true }).safeParse(await searchParams);
  if (query.success) {
    // Where it fails the charts say so when they ask.
    after(() => warmCharts({ job: [...new Set(query.data.job)] }).catch(() => {}));
  }
  return <Visualize />;
}
