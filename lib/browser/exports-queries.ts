"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import {
  CancelBatchAnswer,
  IncrementalAnswer,
  StartExportAnswer,
  type StartExportBody,
} from "@/lib/contract/export-request";
import { api } from "./api";

/** Starts one job a group; they then run by themselves. */
export function useStartExport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof StartExportBody>) =>
      api("/api/exports", StartExportAnswer, { method: "POST", body }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["jobs", "list"] }),
        client.invalidateQueries({ queryKey: ["overview"] }),
        client.invalidateQueries({ queryKey: ["connections"] }),
      ]),
  });
}

/** Exports what changed since the data that is here, with the parameters of this job; one batch. */
export function useExportChanges(jobId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      api(`/api/bulk-data/jobs/${encodeURIComponent(jobId)}/incremental`, IncrementalAnswer, {
        method: "POST",
      }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["jobs", "list"] }),
        client.invalidateQueries({ queryKey: ["overview"] }),
        client.invalidateQueries({ queryKey: ["connections"] }),
      ]),
  });
}

/** Cancels what runs or waits of a batch. */
export function useCancelBatch(batchId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      api(`/api/exports/${encodeURIComponent(batchId)}`, CancelBatchAnswer, { method: "DELETE" }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["jobs"] }),
        client.invalidateQueries({ queryKey: ["overview"] }),
      ]),
  });
}
