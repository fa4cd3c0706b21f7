import { randomUUID } from "node:crypto";
import { database } from "./client";
import { createJobs, type NewJob } from "./create-job";

/** A queued job of a connection of its own, for what no server needs to answer. @returns its id */
export async function jobForTests(change: Partial<NewJob> = {}): Promise<string> {
  const connectionId = randomUUID();
  const fhirBaseUrl = change.fhirBaseUrl ?? "https://bulk.example.org/fhir";
  await database().pool.query(
    `INSERT INTO connections (id, name, fhir_base_url, auth, updated_at)
     VALUES ($1, 'Test', $2, 'none', now())`,
    [connectionId, fhirBaseUrl],
  );
  const [jobId] = await createJobs([
    {
      connectionId,
      connectionName: "Test",
      fhirBaseUrl,
      level: "system",
      groupId: null,
      groupName: null,
      request: { resource_types: ["Patient"] },
      createdBy: "test",
      ...change,
    },
  ]);
  return jobId as string;
}
