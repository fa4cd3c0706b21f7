"use client";

import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import { ChartData, type ChartName } from "@/lib/contract/chart";
import { api } from "./api";

/** What the charts are drawn from: the jobs chosen (none: all), and whether rows still arrive. */
export type ChartScope = { jobs: string[]; live: boolean };

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
    queryKey: ["charts", name, { jobs, code, unit }],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams(jobs.map((job) => ["job", job]));
      if (code) query.set("code", code);
      if (unit) query.set("unit", unit);
      const answer = ChartData[name] as unknown as z.ZodType<z.infer<(typeof ChartData)[N]>>;
      return api(`/api/charts/${name}?${query}`, answer, { signal });
    },
    enabled,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    refetchInterval: live ? 5_000 : false,
  });
}
