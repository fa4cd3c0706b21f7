import { Pace } from "@/lib/fhir/pace";
import type { SearchServer } from "@/lib/search/ask-server";

/** One for each server that this process searches, whichever jobs do. */
const paces = new Map<string, Pace>();

/** Shorter than the margin that tokens are renewed with (lib/smart-auth). */
const keptMs = 10_000;

/**
 * The server of a job as a search takes it: a search is thousands of requests, so the token is not
 * asked for at each.
 */
export function searchServer(
  { fhirBaseUrl }: { fhirBaseUrl: string },
  authorize: SearchServer["authorize"],
  signal?: AbortSignal,
): SearchServer {
  const { origin } = new URL(fhirBaseUrl);
  const pace = paces.get(origin) ?? new Pace();
  paces.set(origin, pace);
  let kept: { token: string | null; until: number } | null = null;
  return {
    fhirBaseUrl,
    pace,
    signal,
    async authorize(options) {
      if (!options?.fresh && kept && Date.now() < kept.until) return kept.token;
      const token = await authorize(options);
      kept = { token, until: Date.now() + keptMs };
      return token;
    },
  };
}
