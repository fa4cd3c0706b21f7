import type { APIRequestContext } from "@playwright/test";
import { apiKey } from "./stage";

/** Of a script with an API key. */
export const headers = { Authorization: `Bearer ${process.env.BULKHOUSE_API_KEY ?? apiKey}` };

export type ConsolePage = { name: string; path: string };

/** Every page of the console, with ids of what is really there. */
export async function consolePages(request: APIRequestContext): Promise<ConsolePage[]> {
  const { jobs } = await (
    await request.get("/api/bulk-data/jobs?status=completed&page_size=50", { headers })
  ).json();
  const { connections } = await (await request.get("/api/connections", { headers })).json();
  const job = jobs.find((candidate: { records_loaded: number }) => candidate.records_loaded > 0);
  const { rows } = await (await request.get("/api/data/Patient?page_size=1", { headers })).json();
  const connection = connections.find(
    (candidate: { last_test: { ok: boolean } | null }) => candidate.last_test?.ok,
  );
  return [
    { name: "overview", path: "/" },
    { name: "connections", path: "/connections" },
    { name: "new-connection", path: "/connections/new" },
    { name: "connection", path: `/connections/${(connection ?? connections[0]).connection_id}` },
    { name: "jobs", path: "/jobs" },
    { name: "job", path: `/jobs/${job.job_id}` },
    { name: "visualize", path: "/visualize" },
    { name: "data", path: "/data?type=Observation" },
    { name: "patient", path: `/data/patients/${rows[0].id}` },
    { name: "settings", path: "/settings" },
    { name: "settings-api-keys", path: "/settings?tab=api-keys" },
    { name: "settings-audit", path: "/settings?tab=audit" },
    { name: "settings-about", path: "/settings?tab=about" },
    { name: "help", path: "/help" },
    { name: "help-api", path: "/help/api#get-bulk-data-jobs" },
    { name: "help-tour", path: "/help/tour" },
  ];
}
