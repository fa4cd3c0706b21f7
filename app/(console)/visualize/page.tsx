import type { Metadata } from "next";
import { after } from "next/server";
import { InBrowser } from "@/components/frame/in-browser";
import { Visualize } from "@/components/visualize/visualize";
import { chartFilter } from "@/lib/browser/chart-filter";
import { chartPath, chartsAhead } from "@/lib/browser/chart-path";
import { connectionsPath, jobsPath } from "@/lib/browser/list-paths";
import { searchOfPage } from "@/lib/browser/search-of-page";
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
  const asked = await searchParams;
  const filter = chartFilter(searchOfPage(asked));
  const ahead = chartsAhead(filter, asked.zoom !== undefined);
  const query = ChartQuery.safeParse(asked);
  if (ahead.length > 0 && query.success) {
    const { job, connection, group } = query.data;
    // Where it fails the charts say so when they ask.
    after(() => warmCharts({ job: [...new Set(job)], connection, group }).catch(() => {}));
  }
  return (
    <InBrowser
      ahead={[
        jobsPath({ page_size: 200 }),
        connectionsPath,
        ...ahead.map((name) => chartPath(name, { filter })),
      ]}
    >
      <Visualize />
    </InBrowser>
  );
}
