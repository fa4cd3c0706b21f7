import path from "node:path";

/** `npm run sandbox`: the bulk FHIR server of our own, alone. SANDBOX_PORT, SANDBOX_STATE_DIR. */
export default async function sandbox(): Promise<void> {
  process.env.SANDBOX_STATE_DIR ||= path.resolve(process.env.DATA_DIR || "data", "sandbox");
  await import("@/sandbox/main");
}
