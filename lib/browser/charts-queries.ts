"use client";

import {
  keepPreviousData,
  type QueryClient,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { z } from "zod";
import { ChartData, type ChartName } from "@/lib/contract/chart";
import { api } from "./api";
import type { ChartFilter } from "./chart-filter";
import { type AskedChart, chartPath, chartsAhead } from "./chart-path";

/** What the charts are drawn from, and whether rows of it still arrive. */
export type ChartScope = { filter: ChartFilter; live: boolean };

const chartQuery = <N extends ChartName>(name: N, asked: AskedChart) => ({
  queryKey: ["charts", name, asked],
  queryFn: async ({ signal, client }: { signal: AbortSignal; client: QueryClient }) => {
    const answer = ChartData[name] as unknown as z.ZodType<z.infer<(typeof ChartData)[N]>>;
    const data = await api(chartPath(name, asked), answer, { signal });
    if ("codes" in data && name === "observation-codes") {
      askForFirst(client, asked.filter, data as ChartData<"observation-codes">);
    }
    return data;
  },
  staleTime: 30_000,
});

/** The values of the first code are drawn next: asked for before the other charts are drawn, not after. */
function askForFirst(
  client: QueryClient,
  filter: ChartFilter,
  data: ChartData<"observation-codes">,
) {
  const first = data.codes.find(({ code }) => code !== null);
  // Another code may be drawn where the address names one.
  if (!first?.code || new URLSearchParams(window.location.search).has("code")) return;
  const asked = { filter, code: first.code, unit: first.units[0] };
  void client.prefetchQuery(chartQuery("observation-distribution", asked));
  // The trend is drawn over all time, with the period marked in it.
  const whole = { ...filter, from: null, to: null };
  void client.prefetchQuery(chartQuery("observation-trend", { ...asked, filter: whole }));
}

/** Asks for what the page is about to draw before its parts are there, and takes what came with the page. */
export function useChartsAhead(filter: ChartFilter, zoomed: boolean): void {
  const client = useQueryClient();
  for (const name of chartsAhead(filter, zoomed)) {
    const asked = chartQuery(name, { filter });
    if (!client.getQueryState(asked.queryKey)) void client.prefetchQuery(asked);
  }
}

/**
 * The numbers of one chart. Stays at the former numbers while new ones come, so that nothing
 * flashes; asks again every few seconds while a chosen job is running.
 */
export function useChart<N extends ChartName>(
  name: N,
  { filter, live }: ChartScope,
  options: Omit<AskedChart, "filter"> & { enabled?: boolean } = {},
): UseQueryResult<z.infer<(typeof ChartData)[N]>> {
  const { code, unit, bins, enabled = true } = options;
  return useQuery({
    ...chartQuery(name, { filter, code, unit, bins }),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: live ? 5_000 : false,
  });
}
