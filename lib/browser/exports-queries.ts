"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { StartExportAnswer, type StartExportBody } from "@/lib/contract/export-request";
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
