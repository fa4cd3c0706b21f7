import type { APIRequestContext } from "@playwright/test";
import { expect } from "@playwright/test";
import pg from "pg";
import { secretsOf } from "@/lib/settings/secrets";
import { startEmbeddedPostgres } from "@/start/embedded-postgres";
import { downloadedConfig, privateKeyOf } from "./sandbox";
import { apiKey } from "./stage";

/** Everything below is what the existing scripts do: they know the HTTP API and nothing else. */
const headers = { Authorization: `Basic ${Buffer.from(`api:${apiKey}`).toString("base64")}` };

export const fiveTypes = ["Patient", "Condition", "Observation", "MedicationRequest", "Encounter"];

export type Status = {
  job_id: string;
  status: string;
  mode: string;
  mode_reason: string | null;
  status_url: string | null;
  progress: string;
  files: {
    type: string;
    expected: number;
    accepted: number;
    duplicates: number;
    rejected: number;
  }[];
  records_loaded: number;
  error: string | null;
  warning: string | null;
  completeness: string;
};

/** `POST /api/bulk-data/kick-off` as scripts send it; whatever the answer. */
export async function kickOff(
  request: APIRequestContext,
  group: string,
  changes: Record<string, unknown> = {},
) {
  const config = await downloadedConfig();
  return request.post("/api/bulk-data/kick-off", {
    headers,
    data: {
      fhir_server_url: `${config.fhir_url}/Group/${group}`,
      resource_types: fiveTypes,
      use_smart_auth: true,
      token_url: config.token_url,
      client_id: config.client_id,
      private_key: privateKeyOf(config),
      algorithm: "RS384",
      ...changes,
    },
  });
}

/** `GET /api/bulk-data/status/{job_id}`. */
export async function status(request: APIRequestContext, jobId: string): Promise<Status> {
  const answer = await request.get(`/api/bulk-data/status/${jobId}`, { headers });
  expect(answer.status()).toBe(200);
  return answer.json();
}

/** Asks for the status until the job has ended. */
export async function untilEnded(request: APIRequestContext, jobId: string): Promise<Status> {
  await expect
    .poll(async () => (await status(request, jobId)).status, {
      timeout: 60_000,
      intervals: [250, 500, 1000],
    })
    .toMatch(/^(completed|failed|cancelled)$/);
  return status(request, jobId);
}

/** One SQL statement on the application's own database, as an analyst runs it. */
export async function sql<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
  const dataDir = process.env.E2E_DATA_DIR as string;
  const password = secretsOf({ DATA_DIR: dataDir }).databasePassword;
  // The one that runs is found and used; it is not ours to stop.
  const { url } = await startEmbeddedPostgres({ dataDir, password });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}
