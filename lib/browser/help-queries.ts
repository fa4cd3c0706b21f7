"use client";

import { queryOptions } from "@tanstack/react-query";
import { ApiDescription } from "@/lib/contract/openapi";
import { api } from "./api";

/** Where the description of the API can be had. */
export const apiDescriptionPath = (locale: string) =>
  `/api/openapi.json?lang=${encodeURIComponent(locale)}`;

/** The description of the HTTP API in the reader's language; it changes with the version alone. */
export const apiDescriptionQuery = (locale: string) =>
  queryOptions({
    queryKey: ["openapi", locale],
    queryFn: ({ signal }) => api(apiDescriptionPath(locale), ApiDescription, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
