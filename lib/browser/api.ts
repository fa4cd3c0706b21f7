import type { z } from "zod";
import { Failure } from "@/lib/contract/failure";

/** What the server refused, with the code and values that the page renders in the reader's language. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    readonly failure: Failure,
  ) {
    super(failure.error);
  }
}

/** The server understood and said no: asking again says the same. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && error.status < 500;

/** For queries: an accident (network, 5xx) is asked once more before it is told. */
export const oncePerAccident = (failures: number, error: unknown): boolean =>
  failures < 1 && !isRefusal(error);

async function failureOf(response: Response): Promise<Failure> {
  const parsed = Failure.safeParse(await response.json().catch(() => null));
  return parsed.success
    ? parsed.data
    : {
        error: `HTTP ${response.status}`,
        code: "internal",
        params: { reference: `HTTP ${response.status}` },
      };
}

/** Sends a request to our own API; a session that has ended leads back to the sign-in page. */
export async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(path, init);
  if (response.status === 401 && typeof window !== "undefined") {
    const back = window.location.pathname + window.location.search;
    window.location.assign(`/sign-in?back=${encodeURIComponent(back)}`);
  }
  if (!response.ok) throw new ApiError(response.status, await failureOf(response));
  return response;
}

/**
 * One call to our own API, its answer checked against the contract.
 * @throws ApiError with the server's failure; TypeError where it cannot be reached
 */
export async function api<T>(
  path: string,
  answer: z.ZodType<T>,
  options: {
    method?: "GET" | "POST" | "PATCH" | "DELETE";
    body?: unknown;
    signal?: AbortSignal;
  } = {},
): Promise<T> {
  const response = await request(path, {
    method: options.method ?? "GET",
    signal: options.signal,
    ...(options.body === undefined
      ? {}
      : { body: JSON.stringify(options.body), headers: { "Content-Type": "application/json" } }),
  });
  return answer.parse(await response.json());
}
