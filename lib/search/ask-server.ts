import { AppError } from "@/lib/errors";
import { isObject, type Json } from "@/lib/fhir/json";
import type { Pace } from "@/lib/fhir/pace";
import { readText } from "@/lib/fhir/read-text";
import { commonRefusal, readRefusal } from "@/lib/fhir/refusal";
import { type Deps, send } from "@/lib/fhir/send";
import { withoutQuery } from "@/lib/fhir/web-address";

/** The server that is searched, and how to speak to it. */
export type SearchServer = {
  /** without trailing slash */
  fhirBaseUrl: string;
  /** an access token that still lives; `fresh`: the last one was refused; null: the server is open */
  authorize: (options?: { fresh?: boolean }) => Promise<string | null>;
  pace: Pace;
  signal?: AbortSignal;
};

export type Answer = {
  json: Json;
  /** as the server wrote it */
  text: string;
  /** the server's clock */
  date: Date | null;
};

const limitBytes = 256 * 1024 * 1024;
const mostRefusals = 20;
const triesForAccidents = 4;
/** What a server asks for beyond that is not waited for within a step: it is done again when the time has come. */
const longestWaitMs = 5 * 60_000;

/**
 * One exchange of FHIR JSON: a read or search by GET, a search by POST where `search` is set and the
 * server takes no GET (405; FHIR R4, RESTful API, search). A refused token (401) is renewed once; 429 slows everybody down and waits for
 * as long as the server says (five minutes at most: then the error says until when); what passes by itself (5xx, a cut connection) is tried again a few
 * times, so that one accident does not cost a whole unit of work.
 * @throws AppError search-refused (`params.status`) for every other refusal, access-refused,
 *   not-fhir; rate-limited, server-error and what `send` throws where patience ends; the signal's reason
 */
export async function askServer(
  { authorize, pace, signal }: SearchServer,
  url: string,
  deps: Deps = {},
  { search = false } = {},
): Promise<Answer> {
  let post = search && pace.searchesByPost;
  let token = await authorize();
  let renewed = false;
  let accidents = 0;
  for (let refusals = 0; ; ) {
    try {
      return await pace.run(() => exchange(url, { token, signal, post }, deps), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      const { code, params, retryAt, retryable } = error;
      const nowMs = (deps.now?.() ?? new Date()).getTime();
      const askedMs = retryAt ? retryAt.getTime() - nowMs : 0;
      if (askedMs > longestWaitMs) {
        pace.slower(new Date(nowMs + longestWaitMs));
        throw error;
      }
      if (code === "access-refused" && Number(params.status) === 401 && !renewed) {
        renewed = true;
        token = await authorize({ fresh: true });
        if (token === null) throw error;
      } else if (code === "rate-limited" && retryAt && ++refusals < mostRefusals) {
        pace.slower(retryAt);
      } else if (retryable && code !== "rate-limited" && ++accidents < triesForAccidents) {
        const ownMs = 500 * 2 ** accidents * (0.5 + Math.random() / 2);
        await pace.sleep(Math.max(ownMs, askedMs), signal);
      } else if (search && !post && code === "search-refused" && Number(params.status) === 405) {
        post = true;
        pace.searchesByPost = true;
      } else throw error;
    }
  }
}

async function exchange(
  url: string,
  { token, signal, post }: { token: string | null; signal: AbortSignal | undefined; post: boolean },
  deps: Deps,
): Promise<Answer> {
  const headers: Record<string, string> = {
    Accept: "application/fhir+json",
    // FHIR R4, Search, Handling Errors: otherwise a parameter that is not known is passed over.
    Prefer: "handling=strict",
  };
  const response = await send(
    post ? { ...postOf(url, headers), token, signal } : { url, headers, token, signal },
    deps,
  );
  if (response.status !== 200) {
    const now = deps.now?.() ?? new Date();
    const refusal = await readRefusal(response, now);
    const { status, reason, evidence } = refusal;
    const common = commonRefusal(refusal, now);
    throw common ?? new AppError("search-refused", { status, reason }, { evidence });
  }
  const { text, whole } = await readText(response, limitBytes);
  const said = response.headers.get("date");
  const date = said ? new Date(said) : null;
  return {
    json: parsed(text, whole, response),
    text,
    date: date && !Number.isNaN(date.getTime()) ? date : null,
  };
}

function postOf(url: string, headers: Record<string, string>) {
  const [address = "", query = ""] = url.split(/\?(.*)/s);
  return {
    method: "POST" as const,
    url: `${address}/_search`,
    body: query,
    headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
  };
}

function parsed(text: string, whole: boolean, response: Response): Json {
  let cause: unknown;
  try {
    const json: unknown = whole ? JSON.parse(text.replace(/^\uFEFF/, "")) : null;
    if (isObject(json)) return json;
  } catch (error) {
    cause = error;
  }
  const type = response.headers.get("content-type")?.split(";")[0]?.trim() || "text";
  const contentType = whole ? type : `> ${limitBytes / 1024 / 1024} MB`;
  const url = withoutQuery(response.url);
  throw new AppError("not-fhir", { url, contentType }, { cause, evidence: { status: 200 } });
}
