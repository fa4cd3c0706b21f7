"use client";

import {
  keepPreviousData,
  type QueryClient,
  type UseQueryResult,
  useQuery,
} from "@tanstack/react-query";
import type { z } from "zod";
import { ChartData, type ChartName } from "@/lib/contract/chart";
import { api } from "./api";

/** What the charts are drawn from: the jobs chosen (none: all), and whether rows still arrive. */
export type ChartScope = { jobs: string[]; live: boolean };

type Asked = { jobs: string[]; code?: string; unit?: string };

const chartQuery = <N extends ChartName>(name: N, { jobs, code, unit }: Asked) => ({
  queryKey: ["charts", name, { jobs, code, unit }],
  queryFn: async ({ signal, client }: { signal: AbortSignal; client: QueryClient }) => {
    const query = new URLSearchParams(jobs.map((job) => ["job", job]));
    if (code) query.set("code", code);
    if (unit) query.set("unit", unit);
    const answer = ChartData[name] as unknown as z.ZodType<z.infer<(typeof ChartData)[N]>>;
    const data = await api(`/api/charts/${name}?${query}`, answer, { signal });
    if ("codes" in data && name === "observation-codes") {
      askForFirst(client, jobs, data as ChartData<"observation-codes">);
    }
    return data;
  },
  staleTime: 30_000,
});

/** The values of the first code are drawn next: asked for before the other charts are drawn, not after. */
function askForFirst(client: QueryClient, jobs: string[], data: ChartData<"observation-codes">) {
  const first = data.codes.find(({ code }) => code !== null);
  // Another code may be drawn where the address names one.
  if (!first?.code || new URLSearchParams(window.location.search).has("code")) return;
  const asked = { jobs, code: first.code, unit: first.units[0] };
  void client.prefetchQuery(chartQuery("observation-distribution", asked));
  void client.prefetchQuery(chartQuery("observation-trend", asked));
}

/**
 * The numbers of one chart. Stays at the former numbers while new ones come, so that nothing
 * flashes; asks again every few seconds while a chosen job is running.
 */
export function useChart<N extends ChartName>(
  name: N,
  { jobs, live }: ChartScope,
  options: { code?: string; unit?: string; enabled?: boolean } = {},
): UseQueryResult<z.infer<(typeof ChartData)[N]>> {
  const { code, unit, enabled = true } = options;
  return useQuery({
    ...chartQuery(name, { jobs, code, unit }),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: live ? 5_000 : false,
  });
}
