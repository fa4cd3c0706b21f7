"use client";

import { queryOptions } from "@tanstack/react-query";
import { Overview } from "@/lib/contract/overview";
import { api } from "./api";
import { overviewPath } from "./list-paths";

/** What runs and what needs somebody; every two seconds while something runs, else every ten. */
export const overviewQuery = () =>
  queryOptions({
    queryKey: ["overview"],
    queryFn: ({ signal }) => api(overviewPath, Overview, { signal }),
    refetchInterval: ({ state }) => (state.data?.running.length ? 2_000 : 10_000),
  });
