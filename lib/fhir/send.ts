import { STATUS_CODES } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Agent, request } from "undici";
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
/** What lies ready is handed over at once: fewer, larger pieces cost a download less than small ones. */
const bufferedBytes = 512 * 1024;
const redirects = new Set([301, 302, 303, 307, 308]);
let defaultReadTimeoutMs = 60_000;

/** Sets the limit for every request of this process that names none (HTTP_TIMEOUT_READ). */
export function setReadTimeout(ms: number): void {
  defaultReadTimeoutMs = ms;
}

/** The limit that a request without one of its own runs under. */
export function readTimeout(): number {
  return defaultReadTimeoutMs;
}

let agent: Agent | undefined;

/**
 * undici's request, not its fetch: fetch takes a compressed body that breaks off for a whole one,
 * and would so load half of a file without a word.
 */
function overTheNetwork(readTimeoutMs: number): Fetch {
  agent ??= new Agent({ connect: { timeout: 15_000 }, keepAliveTimeout: 10_000 });
  const dispatcher = agent;
  return async (url, init) => {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method: init.method as "GET",
      headers: init.headers as Record<string, string>,
      body: init.body as string | undefined,
      signal: init.signal ?? undefined,
      headersTimeout: readTimeoutMs,
      bodyTimeout: readTimeoutMs,
      highWaterMark: bufferedBytes,
    });
    const fields = Object.entries(headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    );
    if ([204, 205, 304].includes(statusCode)) {
      await body.dump();
      return new Response(null, { status: statusCode, headers: fields });
    }
    const { host } = new URL(url);
    // RFC 9110, 15: a status that HTTP does not have is to be taken for a 5xx.
    if (statusCode < 200 || statusCode > 599) {
      body.on("error", () => {}).destroy();
      const reason = STATUS_CODES[statusCode] ?? "no status of HTTP";
      throw new AppError("server-error", { host, status: statusCode, reason });
    }
    const answered = new Headers(fields);
    const encodings = encodingsOf(answered);
    if (encodings.length === 0) answered.delete("content-encoding");
    const known = encodings.every((encoding) => decoders.has(encoding));
    // Of an error its status tells, whatever its body is.
    if (!known && statusCode < 400) {
      body.on("error", () => {}).destroy();
      throw new AppError("encoding-unknown", {
        host,
        encoding: encodings.join(", ").slice(0, 100),
      });
    }
    const stream = known ? decoded(body, encodings, answered) : body;
    return new Response(toWeb(stream), { status: statusCode, headers: answered });
  };
}

const decoders = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** What the body is compressed with, in the order in which that was done (RFC 9110, 8.4). */
const encodingsOf = (headers: Headers): string[] =>
  (headers.get("content-encoding") ?? "")
    .split(",")
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== "" && encoding !== "identity");

function decoded(body: Readable, encodings: string[], headers: Headers): Readable {
  if (encodings.length === 0 || headers.get("content-length") === "0") return body;
  body.on("error", () => {});
  const steps = encodings.reverse().flatMap((encoding) => decoders.get(encoding)?.() ?? []);
  // The reader of the result meets whatever goes wrong on either side.
  return pipeline([body, ...steps], () => {}) as unknown as Readable;
}

/**
 * Readable.toWeb of Node 20 throws where nobody can catch it when a body is cancelled while bytes
 * arrive (ERR_INVALID_STATE), so the chunks are handed over one by one.
 */
function toWeb(stream: Readable): ReadableStream<Uint8Array> {
  // Who reads meets the error; one that has left need not end the process.
  stream.on("error", () => {});
  const chunks = stream[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        stream.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * One HTTP exchange with a FHIR server. Any status is an answer, not an error. Redirects are
 * followed (at most five) without the Authorization header: the place that a server sends us to is
 * a signed link or a stranger's (Bulk Data Access, Security; Cerner answers files with such a 307).
 * What changes something (POST, DELETE) never goes to another origin, and nothing goes from https to http.
 * @throws AppError url-invalid, host-unreachable, certificate-refused, timeout-exceeded,
 *   connection-cut, encoding-unknown, server-error (a status above 599), bearer-refused (a token that no
 *   header can carry); the signal's own reason where it was aborted
 */
export async function send(wanted: SendRequest, deps: Deps = {}): Promise<Response> {
  const readTimeoutMs = wanted.readTimeoutMs ?? defaultReadTimeoutMs;
  const exchange = deps.fetch ?? overTheNetwork(readTimeoutMs);
  let url = webAddress(wanted.url);
  let method = wanted.method ?? "GET";
  let body = wanted.body;
  const headers = new Headers({
    "User-Agent": "Bulkhouse",
    "Accept-Encoding": "gzip",
    ...wanted.headers,
  });
  if (wanted.token) {
    // The error of Headers would quote it.
    if (!/^[\x21-\x7e]+$/.test(wanted.token)) {
      throw new AppError("bearer-refused", { host: url.host });
    }
    headers.set("Authorization", `Bearer ${wanted.token}`);
  }

  for (let hops = 0; ; hops++) {
    const response = await once(
      exchange,
      url,
      { method, headers, body },
      wanted.signal,
      readTimeoutMs,
    );
    const location = response.headers.get("location");
    if (!redirects.has(response.status) || !location) return response;

    const next = webAddress(location, url.href);
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw new AppError("url-invalid", { url: withoutQuery(next.href), reason: "downgrade" });
    }
    if (hops === maximumRedirects) {
      const shown = withoutQuery(wanted.url);
      throw new AppError("url-invalid", { url: shown, reason: "too_many_redirects" });
    }
    if (response.status === 303) {
      method = "GET";
      body = undefined;
      headers.delete("content-type");
    }
    if (method !== "GET" && next.origin !== url.origin) return response;
    await response.body?.cancel();
    headers.delete("authorization");
    url = next;
  }
}

async function once(
  exchange: Fetch,
  url: URL,
  init: { method: string; headers: Headers; body: string | undefined },
  signal: AbortSignal | undefined,
  readTimeoutMs: number,
): Promise<Response> {
  signal?.throwIfAborted();
  try {
    const response = await exchange(url.href, {
      method: init.method,
      headers: Object.fromEntries(init.headers),
      body: init.body,
      redirect: "manual",
      signal,
    });
    // A Response that a test makes has no address of its own.
    if (!response.url) Object.defineProperty(response, "url", { value: url.href });
    return response;
  } catch (error) {
    signal?.throwIfAborted();
    throw networkError(error, url.href, readTimeoutMs);
  }
}
