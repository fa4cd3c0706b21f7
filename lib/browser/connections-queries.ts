"use client";

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import {
  Capability,
  type ChangeConnectionBody,
  ConnectionList,
  ConnectionView,
  type CreateConnectionBody,
  GroupList,
  RecognisedConfig,
  Registration,
  TestStep,
} from "@/lib/contract/connection";
import { Failure } from "@/lib/contract/failure";
import { ApiError, api, request } from "./api";
import { connectionsPath } from "./list-paths";

const path = (connectionId: string, rest = "") =>
  `/api/connections/${encodeURIComponent(connectionId)}${rest}`;

/** All connections, each with its last test and last job. */
export const connectionsQuery = () =>
  queryOptions({
    queryKey: ["connections", "list"],
    queryFn: ({ signal }) => api(connectionsPath, ConnectionList, { signal }),
  });

/** One connection with its keys' public facts; never a secret. */
export const connectionQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["connections", connectionId],
    queryFn: ({ signal }) => api(path(connectionId), ConnectionView, { signal }),
  });

/** Asked of the FHIR server each time: kept for a minute, never asked again by itself on a failure. */
export const groupsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["connections", connectionId, "groups"],
    queryFn: ({ signal }) => api(path(connectionId, "/groups"), GroupList, { signal }),
    staleTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  });

/** What the server says that it can do; asked of it once in ten minutes. */
export const capabilityQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["connections", connectionId, "capability"],
    queryFn: ({ signal }) => api(path(connectionId, "/capability"), Capability, { signal }),
    staleTime: 600_000,
    retry: false,
    refetchOnWindowFocus: false,
  });

/** What the server's people register; asked for when somebody wants to see it. */
export const registrationQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["connections", connectionId, "registration"],
    queryFn: ({ signal }) => api(path(connectionId, "/registration"), Registration, { signal }),
    retry: false,
  });

/** What a config says, before anything is stored. The text leaves the page only in this call and in the save. */
export const recogniseConfig = (config: string) =>
  api("/api/connections/recognise", RecognisedConfig, { method: "POST", body: { config } });

/** Stores a connection; its view comes back and is there before its page asks. */
export function useCreateConnection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof CreateConnectionBody>) =>
      api("/api/connections", ConnectionView, { method: "POST", body }),
    onSuccess: (connection) => {
      client.setQueryData(connectionQuery(connection.connection_id).queryKey, connection);
      return client.invalidateQueries({ queryKey: ["connections", "list"] });
    },
  });
}

/** Changes what is given: absent stays, empty is cleared. */
export function useChangeConnection(connectionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ChangeConnectionBody) =>
      api(path(connectionId), ConnectionView, { method: "PATCH", body }),
    onSuccess: (connection) => {
      client.setQueryData(connectionQuery(connectionId).queryKey, connection);
      return client.invalidateQueries({ queryKey: ["connections"] });
    },
  });
}

/** The next key signs from now on (keys that Bulkhouse made). */
export function useRotateKey(connectionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api(path(connectionId, "/keys/rotate"), ConnectionView, { method: "POST" }),
    onSuccess: (connection) => {
      client.setQueryData(connectionQuery(connectionId).queryKey, connection);
    },
  });
}

/** Removes a connection with its key; jobs and their data stay. */
export function useRemoveConnection(connectionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api(path(connectionId), z.unknown(), { method: "DELETE" }),
    onSuccess: () => {
      client.removeQueries({ queryKey: ["connections", connectionId] });
      return client.invalidateQueries({ queryKey: ["connections", "list"] });
    },
  });
}

/**
 * Runs *Test connection*: `onStep` is called as each step ends, in order.
 * @throws ApiError where the test itself cannot run (a step that fails is a step, not an error)
 */
export async function testConnection(
  connectionId: string,
  onStep: (step: TestStep) => void,
): Promise<void> {
  const response = await request(path(connectionId, "/test"), { method: "POST" });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const take = (line: string) => {
    if (!line.trim()) return;
    const said: unknown = JSON.parse(line);
    const step = TestStep.safeParse(said);
    if (step.success) return onStep(step.data);
    throw new ApiError(502, Failure.parse(said));
  };
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) break;
    const lines = (rest + chunk.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  take(rest);
}
