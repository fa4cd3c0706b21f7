"use client";

import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import {
  About,
  ApiKeyList,
  AuditList,
  ChangePasswordAnswer,
  type ChangePasswordBody,
  type ChangePersonBody,
  CreateApiKeyAnswer,
  type CreateApiKeyBody,
  InviteAnswer,
  type InviteBody,
  PersonList,
  PersonView,
} from "@/lib/contract/settings";
import { api } from "./api";

/** Everybody with an account; for administrators. */
export const peopleQuery = () =>
  queryOptions({
    queryKey: ["people"],
    queryFn: ({ signal }) => api("/api/people", PersonList, { signal }),
  });

/** Changes a role, disables or enables; the person's keys may end with it. */
export function useChangePerson() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ userId, ...body }: ChangePersonBody & { userId: string }) =>
      api(`/api/people/${userId}`, PersonView, { method: "PATCH", body }),
    // Keys may have ended with the rights.
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["people"] }),
        client.invalidateQueries({ queryKey: ["api-keys"] }),
      ]),
  });
}

/** The link stands in the answer alone: it is forgotten with the component that asked. */
export function useInvite() {
  return useMutation({
    mutationFn: (body: InviteBody) =>
      api("/api/people/invite", InviteAnswer, { method: "POST", body }),
    gcTime: 0,
  });
}

/** A link for a new password; forgotten like the one of `useInvite`. */
export function useInviteAgain() {
  return useMutation({
    mutationFn: (userId: string) =>
      api(`/api/people/${userId}/password-link`, InviteAnswer, { method: "POST" }),
    gcTime: 0,
  });
}

/** The keys that this person may see: administrators all, others their own. */
export const apiKeysQuery = () =>
  queryOptions({
    queryKey: ["api-keys"],
    queryFn: ({ signal }) => api("/api/api-keys", ApiKeyList, { signal }),
  });

/** The key stands in the answer alone: it is forgotten with the component that asked. */
export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateApiKeyBody) =>
      api("/api/api-keys", CreateApiKeyAnswer, { method: "POST", body }),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ["api-keys"] }),
  });
}

/** Ends a key for good. */
export function useRevokeApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (apiKeyId: string) =>
      api(`/api/api-keys/${apiKeyId}`, z.object({}), { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["api-keys"] }),
  });
}

/** One page of the audit trail; the former one stays while the next comes. */
export const auditQuery = (query: { page: number; q: string; action: string }) =>
  queryOptions({
    queryKey: ["audit", query],
    queryFn: ({ signal }) => {
      const search = new URLSearchParams({ page: String(query.page), page_size: "25" });
      if (query.q) search.set("q", query.q);
      if (query.action) search.set("action", query.action);
      return api(`/api/audit?${search}`, AuditList, { signal });
    },
    placeholderData: keepPreviousData,
  });

/** One's own; every session ends with the old one. */
export const useChangePassword = () =>
  useMutation({
    mutationFn: (body: ChangePasswordBody) =>
      api("/api/account/password", ChangePasswordAnswer, { method: "POST", body }),
  });

/** Versions, disk, workers and settings in force, every ten seconds. */
export const aboutQuery = () =>
  queryOptions({
    queryKey: ["about"],
    queryFn: ({ signal }) => api("/api/about", About, { signal }),
    refetchInterval: 10_000,
  });
