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
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await requirePerson();
  const query = ChartQuery.safeParse(await searchParams);
  if (query.success) {
    const { job, connection, group, ...restricted } = query.data;
    const whole = !Object.values(restricted).some((one) => one?.length);
    const choice = { job: [...new Set(job)], connection, group };
    // Where it fails the charts say so when they ask.
    if (whole) after(() => warmCharts(choice).catch(() => {}));
  }
  return <Visualize />;
}
