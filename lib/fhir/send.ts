import { Agent, fetch as undiciFetch } from "undici";
import { AppError } from "@/lib/errors";
import { networkError } from "./network-error";
import { webAddress, withoutQuery } from "./web-address";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a test puts in place of the world. */
export type Deps = { fetch?: Fetch; now?: () => Date };

export type SendRequest = {
  url: string;
  method?: "GET" | "POST" | "DELETE";
  headers?: Record<string, string>;
  body?: string;
  /** bearer token; goes to `url` alone, never along a redirect */
  token?: string | null;
  signal?: AbortSignal;
  /** silence after which we give up, before the headers and between two pieces of the body */
  readTimeoutMs?: number;
};

const maximumRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
const agents = new Map<number, Agent>();
let defaultReadTimeoutMs = 60_000;

/** Sets the limit for every request of this process that names none (HTTP_TIMEOUT_READ). */
export function setReadTimeout(ms: number): void {
  defaultReadTimeoutMs = ms;
}

/** The limit that a request without one of its own runs under. */
export function readTimeout(): number {
  return defaultReadTimeoutMs;
}

function agentOf(readTimeoutMs: number): Agent {
  const known = agents.get(readTimeoutMs);
  if (known) return known;
  const agent = new Agent({
    headersTimeout: readTimeoutMs,
    bodyTimeout: readTimeoutMs,
    connect: { timeout: Math.min(readTimeoutMs, 15_000) },
    keepAliveTimeout: 10_000,
  });
  agents.set(readTimeoutMs, agent);
  return agent;
}

function overTheNetwork(readTimeoutMs: number): Fetch {
  const dispatcher = agentOf(readTimeoutMs);
  return (url, init) =>
    undiciFetch(url, { ...(init as object), dispatcher }) as unknown as Promise<Response>;
}

/**
 * One HTTP exchange with a FHIR server. Any status is an answer, not an error. Redirects are
 * followed (at most five) without the Authorization header: the place that a server sends us to is
 * a signed link or a stranger's (Bulk Data Access, Security; Cerner answers files with such a 307).
 * A body never goes to another origin, and nothing goes from https to http.
 * @throws AppError url-invalid, host-unreachable, certificate-refused, timeout-exceeded,
 *   connection-cut; the signal's own reason where it was aborted
 */
export async function send(request: SendRequest, deps: Deps = {}): Promise<Response> {
  const readTimeoutMs = request.readTimeoutMs ?? defaultReadTimeoutMs;
  const exchange = deps.fetch ?? overTheNetwork(readTimeoutMs);
  let url = webAddress(request.url);
  let method = request.method ?? "GET";
  let body = request.body;
  const headers = new Headers({ "User-Agent": "Bulkhouse", ...request.headers });
  if (request.token) headers.set("Authorization", `Bearer ${request.token}`);

  for (let hops = 0; ; hops++) {
    const response = await once(exchange, url, { method, headers, body }, request, readTimeoutMs);
    const location = response.headers.get("location");
    if (!redirects.has(response.status) || !location) return response;

    const next = webAddress(location, url.href);
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw new AppError("url-invalid", { url: withoutQuery(next.href), reason: "downgrade" });
    }
    if (hops === maximumRedirects) {
      const shown = withoutQuery(request.url);
      throw new AppError("url-invalid", { url: shown, reason: "too_many_redirects" });
    }
    if (response.status === 303) {
      method = "GET";
      body = undefined;
      headers.delete("content-type");
    }
    if (body !== undefined && next.origin !== url.origin) return response;
    await response.body?.cancel();
    headers.delete("authorization");
    url = next;
  }
}

async function once(
  exchange: Fetch,
  url: URL,
  init: { method: string; headers: Headers; body: string | undefined },
  request: SendRequest,
  readTimeoutMs: number,
): Promise<Response> {
  request.signal?.throwIfAborted();
  try {
    const response = await exchange(url.href, {
      method: init.method,
      headers: Object.fromEntries(init.headers),
      body: init.body,
      redirect: "manual",
      signal: request.signal,
    });
    // A Response that a test makes has no address of its own.
    if (!response.url) Object.defineProperty(response, "url", { value: url.href });
    return response;
  } catch (error) {
    request.signal?.throwIfAborted();
    throw networkError(error, url.href, readTimeoutMs);
  }
}
