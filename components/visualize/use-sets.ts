import type { ChartFilter } from "@/lib/browser/chart-filter";
import type { AskedChart } from "@/lib/browser/chart-path";
import { useChart } from "@/lib/browser/charts-queries";
import type { ChartData, ChartName } from "@/lib/contract/chart";
import type { View } from "./view";

/**
 * A chart's numbers for the set that is looked at, or for both that are compared; `data` is empty
 * until all are there.
 * @param changed what a chart is asked for in place of the page's filter: one that filters the
 *   others shows all of its own bars
 */
export function useSets<N extends ChartName>(
  name: N,
  { sets: [a, b] }: View,
  options: Omit<AskedChart, "filter"> & { enabled?: boolean } = {},
  changed: Partial<ChartFilter> = {},
) {
  const scope = ({ filter, live }: { filter: ChartFilter; live: boolean }) => ({
    live,
    filter: { ...filter, ...changed },
  });
  const { enabled = true } = options;
  const one = useChart(name, scope(a), options);
  const other = useChart(name, scope(b ?? a), {
    ...options,
    enabled: enabled && b !== undefined,
  });
  const both = b ? [one, other] : [one];
  const data = both.flatMap((query) => (query.data === undefined ? [] : [query.data]));
  return {
    data: (data.length === both.length ? data : []) as ChartData<N>[],
    query: {
      isPending: both.some(({ isPending }) => isPending),
      isPlaceholderData: both.some(({ isPlaceholderData }) => isPlaceholderData),
      error: both.find(({ error }) => error)?.error ?? null,
      refetch: () => Promise.all(both.map(({ refetch }) => refetch())),
    },
  };
}
