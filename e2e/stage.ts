/** Where the journeys play, and as whom. */
export const webUrl = process.env.E2E_URL ?? "http://localhost:3210";
export const sandboxUrl = process.env.E2E_SANDBOX_URL ?? "http://localhost:4310";
export const adminEmail = "ada@example.org";
export const adminPassword = "correct horse battery staple";
export const apiKey = "e2e-key-of-a-script-0123456789";
/** the signed-in browser's cookies */
export const stateFile = "test-results/signed-in.json";
