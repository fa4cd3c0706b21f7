import { expect, test } from "@playwright/test";
import { sentBySandbox, setFaults } from "./sandbox";
import { fiveTypes, kickOff, sql, untilEnded } from "./script";

test.beforeEach(() => setFaults({ preparationMs: 300, retryAfterSeconds: 1 }));
test.afterAll(() => setFaults({}));

const tables: Record<string, string> = {
  Patient: "patients",
  Condition: "conditions",
  Observation: "observations",
  MedicationRequest: "medication_requests",
  Encounter: "encounters",
};

test("An existing script exports two groups, and SQL gives exactly what the server sent", async ({
  request,
}) => {
  for (const group of ["BMCHealthNet", "FallonHealth"]) {
    const answer = await kickOff(request, group);
    expect(answer.status()).toBe(200);
    const started = await answer.json();
    expect(started.job_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(started.status_url).toContain("/bulkstatus/");

    const ended = await untilEnded(request, started.job_id);
    expect(ended).toMatchObject({ status: "completed", error: null, completeness: "complete" });

    const sent = await sentBySandbox(group, fiveTypes);
    const total = Object.values(sent).reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(0);
    expect(ended.records_loaded).toBe(total);
    for (const [type, table] of Object.entries(tables)) {
      const counts = await sql<{ etl_job_id: string; patient_count: string }>(
        `SELECT etl_job_id, COUNT(*) AS patient_count FROM ${table} GROUP BY etl_job_id;`,
      );
      const own = counts.find(({ etl_job_id }) => etl_job_id === started.job_id);
      expect([group, type, Number(own?.patient_count)]).toEqual([group, type, sent[type]]);
    }
  }
});

test("A server that repeats its patients fills the duplicates, and each resource stands once", async ({
  request,
}) => {
  await setFaults({ duplicateLines: 3, preparationMs: 100 });
  const { job_id } = await (await kickOff(request, "MinutemanHealth")).json();
  const ended = await untilEnded(request, job_id);
  const sent = await sentBySandbox("MinutemanHealth", fiveTypes);
  const total = Object.values(sent).reduce((sum, count) => sum + count, 0);
  expect(ended).toMatchObject({ status: "completed", records_loaded: total });
  for (const file of ended.files) {
    expect(file.accepted + file.duplicates + file.rejected).toBe(file.expected);
  }
  expect(ended.files.reduce((sum, file) => sum + file.duplicates, 0)).toBe(total * 2);
});

test("A line that is not JSON and one of another type are kept aside with their reason", async ({
  request,
}) => {
  await setFaults({ badLine: 1, preparationMs: 100 });
  const { job_id } = await (await kickOff(request, "FallonHealth")).json();
  const ended = await untilEnded(request, job_id);
  expect(ended).toMatchObject({ status: "completed", completeness: "incomplete" });
  expect(ended.files.every((file) => file.rejected === 1)).toBe(true);
  const rejected = await sql<{ reason_code: string; line_no: number }>(
    `SELECT reason_code, line_no FROM rejected_lines WHERE job_id = '${job_id}'`,
  );
  expect(rejected).toEqual(ended.files.map(() => ({ reason_code: "not-json", line_no: 1 })));
});

test("A group that does not exist is said to be empty, not praised as complete", async ({
  request,
}) => {
  const { job_id } = await (await kickOff(request, "NoSuchGroup")).json();
  const ended = await untilEnded(request, job_id);
  expect(ended).toMatchObject({ status: "completed", records_loaded: 0 });
  expect(ended.warning).toContain("does the group exist?");
});

test("What is wrong with a key is said at once, and no job is made", async ({ request }) => {
  const publicOnly = await kickOff(request, "FallonHealth", {
    private_key: { kty: "RSA", e: "AQAB", n: "x".repeat(342), kid: "k" },
  });
  expect(publicOnly.status()).toBe(400);
  expect(await publicOnly.json()).toMatchObject({ code: "key-public-only" });

  const nonsense = await kickOff(request, "FallonHealth", { private_key: "{not json" });
  expect(nonsense.status()).toBe(400);
  expect((await nonsense.json()).code).toMatch(/^key-/);
});

for (const [fault, code, words] of [
  ["registrationExpired", "smart-auth-registration-expired", "SMART authentication failed"],
  ["scopeRefused", "smart-auth-scope-refused", "SMART authentication failed"],
  ["wrongAudience", "smart-auth-wrong-audience", "SMART authentication failed"],
] as const) {
  test(`A sign-in that the server refuses (${fault}) names the cause`, async ({ request }) => {
    // A connection of its own: no access token from before stands by.
    await setFaults({ token: fault });
    const answer = await kickOff(request, "FallonHealth", { scope: `system/*.rs system/Group.rs` });
    const failure = await answer.json();
    expect(failure).toMatchObject({ code });
    expect(failure.error).toContain(words);
    expect(answer.status()).toBe(502);
  });
}

test("A key that the server does not know is told apart from a wrong client id", async ({
  request,
}) => {
  const { generateKeyPair, exportJWK } = await import("jose");
  const stranger = await exportJWK(
    (await generateKeyPair("RS384", { extractable: true, modulusLength: 2048 })).privateKey,
  );
  const wrongKey = await kickOff(request, "FallonHealth", {
    private_key: JSON.stringify(stranger),
  });
  expect(await wrongKey.json()).toMatchObject({ code: "smart-auth-unknown-key" });
  const wrongClient = await kickOff(request, "FallonHealth", { client_id: "nobody-knows-me" });
  expect(await wrongClient.json()).toMatchObject({ code: "smart-auth-unknown-client" });
});

test("A page of HTML where the export should start is called by its name", async ({ request }) => {
  await setFaults({ html: ["kickoff"] });
  const answer = await kickOff(request, "FallonHealth");
  expect(await answer.json()).toMatchObject({ code: "not-fhir" });
});

test("A host that cannot be reached leaves the job waiting with the reason, and cancel ends it", async ({
  request,
}) => {
  const answer = await kickOff(request, "x", {
    fhir_server_url: "http://127.0.0.1:9/fhir/Group/x",
    use_smart_auth: false,
  });
  expect(answer.status()).toBe(200);
  const job = await answer.json();
  expect(job).toMatchObject({ status: "queued", status_url: null });
  expect(job.error).toContain("127.0.0.1");
  const headers = { Authorization: "Bearer e2e-key-of-a-script-0123456789" };
  await request.delete(`/api/bulk-data/jobs/${job.job_id}`, { headers });
  expect((await untilEnded(request, job.job_id)).status).toBe("cancelled");
});

test("A server that reports too many files is searched instead; asked for bulk alone, the job fails in the words people search for", async ({
  request,
}) => {
  await setFaults({ tooManyFiles: true, preparationMs: 100 });
  const searched = await (await kickOff(request, "FallonHealth")).json();
  const found = await untilEnded(request, searched.job_id);
  expect(found).toMatchObject({ status: "completed", mode: "search" });
  expect(found.mode_reason).toContain("Too many files");
  const bulk = await (await kickOff(request, "FallonHealth", { mode: "bulk" })).json();
  const ended = await untilEnded(request, bulk.job_id);
  expect(ended.status).toBe("failed");
  expect(ended.error).toContain("Bulk export reported error: Too many files");
});
