import { checkStatus } from "@/lib/poll/check-status";

/** What a server may say when an export is asked after: that it is gone, and that it is ready. */
const answers = [
  () => Response.json({ resourceType: "OperationOutcome", issue: [] }, { status: 404 }),
  () =>
    Response.json({
      transactionTime: "2020-01-01T00:00:00Z",
      request: "http://localhost/$export",
      requiresAccessToken: false,
      output: [],
      error: [],
    }),
];

/**
 * Reads two answers of no server, so that the first job does not wait a tenth of a second for code that is
 * compiled, and words that are looked up, at first use. Sends nothing.
 */
export async function warmUp(): Promise<void> {
  const request = { statusUrl: "http://localhost/status", token: null };
  for (const answer of answers) {
    // The first one is a failure, whose words are what takes longest.
    await checkStatus(request, { fetch: async () => answer() }).catch(() => {});
  }
}
