"use client";

import { queryOptions } from "@tanstack/react-query";
import { Overview } from "@/lib/contract/overview";
import { api } from "./api";

/** What runs and what needs somebody; every two seconds while something runs, else every ten. */
export const overviewQuery = () =>
  queryOptions({
    queryKey: ["overview"],
    queryFn: ({ signal }) => api("/api/overview", Overview, { signal }),
    refetchInterval: ({ state }) => (state.data?.running.length ? 2_000 : 10_000),
  });
