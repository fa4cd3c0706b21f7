import type { Metadata } from "next";
import { DataBrowser } from "@/components/data/data-browser";
import { InBrowser } from "@/components/frame/in-browser";
import { chartFilter, chartParams } from "@/lib/browser/chart-filter";
import { dataTypesPath, jobsPath } from "@/lib/browser/list-paths";
import { searchOfPage } from "@/lib/browser/search-of-page";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).data.title };
}

export default async function DataPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await requirePerson();
  const search = searchOfPage(await searchParams);
  const types = search.has("patient") ? [] : [dataTypesPath(chartParams(chartFilter(search)))];
  return (
    <InBrowser ahead={[jobsPath({ page_size: 200 }), ...types]}>
      <DataBrowser />
    </InBrowser>
  );
}
