import { Pace } from "@/lib/fhir/pace";
import type { Fetch } from "@/lib/fhir/send";
import type { SearchServer } from "./ask-server";

// For tests: a server that is a function from a URL to an answer.

export const base = "https://ehr.example/fhir";

/** An answer of the stub, FHIR JSON unless a header says otherwise; a string goes as it stands. */
export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/fhir+json", ...headers },
  });

/** A refusal in FHIR's form: an OperationOutcome with these words. */
export const outcome = (status: number, diagnostics: string, headers = {}) =>
  json(
    {
      resourceType: "OperationOutcome",
      issue: [{ severity: "error", code: "invalid", diagnostics }],
    },
    status,
    headers,
  );

/** A page of a search: these resources, all of them matches. */
export const bundle = (resources: unknown[], more: Record<string, unknown> = {}) => ({
  resourceType: "Bundle",
  type: "searchset",
  ...more,
  entry: resources.map((resource) => ({ resource, search: { mode: "match" } })),
});

/**
 * @param answer what the server says to a URL
 * @returns the server as the room takes it, with the requests that it got
 */
export function stubServer(answer: (url: URL, init: RequestInit) => Response | Promise<Response>) {
  const asked: URL[] = [];
  const slept: number[] = [];
  let clock = 0;
  const pace = new Pace({
    now: () => clock,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      clock += ms;
    },
  });
  const fetch: Fetch = async (text, init) => {
    const url = new URL(text);
    asked.push(url);
    return answer(url, init);
  };
  const server: SearchServer = { fhirBaseUrl: base, authorize: async () => null, pace };
  return { server, deps: { fetch, now: () => new Date(clock) }, asked, slept };
}
