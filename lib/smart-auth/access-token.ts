import { createHash, randomUUID } from "node:crypto";
import { AppError } from "@/lib/errors";
import { isObject } from "@/lib/fhir/json";
import { outcomeText } from "@/lib/fhir/outcome-text";
import { readText } from "@/lib/fhir/read-text";
import { retryAfter } from "@/lib/fhir/retry-after";
import { type Deps, send } from "@/lib/fhir/send";
import { withoutQuery } from "@/lib/fhir/web-address";
import { clientAssertion } from "./client-assertion";
import { type Discovery, discover } from "./discover";
import type { SigningKey } from "./private-key";
import { chooseScope } from "./scope";
import { tokenRefusal } from "./token-refusal";

export type AccessToken = {
  accessToken: string;
  expiresAt: Date;
  /** as granted, which may be less than asked for */
  scope: string;
};

type TokenDeps = Deps & { jti?: () => string };

/**
 * Asks the token endpoint once (SMART App Launch 2.2, Backend Services: client_credentials with a
 * signed assertion).
 * @throws AppError smart-auth-*; server-error, rate-limited (with the time to come back), and as
 *   `send`, which are worth another attempt
 */
export async function requestAccessToken(
  request: {
    tokenUrl: string;
    clientId: string;
    key: SigningKey;
    scope: string;
    /** goes as `jku` where our keys are registered by their address */
    jwksUrl?: string | null;
    signal?: AbortSignal;
  },
  deps: TokenDeps = {},
): Promise<AccessToken> {
  const { tokenUrl, clientId, key, scope, jwksUrl, signal } = request;
  const now = deps.now?.() ?? new Date();
  const jti = deps.jti?.() ?? randomUUID();
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    scope,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await clientAssertion({ clientId, tokenUrl, key, now, jti, jwksUrl }),
  });
  const response = await send(
    {
      url: tokenUrl,
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: form.toString(),
      signal,
    },
    deps,
  );
  const { text } = await readText(response);
  const answer = jsonOf(text);
  if (response.ok) {
    const token = answer?.access_token;
    // Of what no header can carry the error would quote the token.
    if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) {
      return {
        accessToken: token,
        expiresAt: new Date(now.getTime() + lifetimeSeconds(answer?.expires_in) * 1000),
        scope: typeof answer?.scope === "string" ? answer.scope : scope,
      };
    }
  }
  throw refusalOf(response, text, answer, { tokenUrl, scope, now });
}

function jsonOf(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Some servers send `expires_in` as text (BCDA); five minutes where they send none. */
function lifetimeSeconds(value: unknown): number {
  const seconds = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof seconds === "number" && seconds > 0 && seconds < 1e9 ? seconds : 300;
}

function refusalOf(
  response: Response,
  text: string,
  answer: Record<string, unknown> | null,
  { tokenUrl, scope, now }: { tokenUrl: string; scope: string; now: Date },
): AppError {
  const { status } = response;
  const { host } = new URL(tokenUrl);
  const said = outcomeText(text);
  const reason = said || `HTTP ${status}`;
  const evidence = {
    url: withoutQuery(tokenUrl),
    status,
    content_type: response.headers.get("content-type") ?? "",
    answer: said,
  };
  const later = retryAfter(response.headers.get("retry-after"), now) ?? undefined;
  if (status === 429) {
    const retryAt = later ?? new Date(now.getTime() + 60_000);
    return new AppError("rate-limited", { host }, { retryAt, evidence });
  }
  const error = typeof answer?.error === "string" ? answer.error : "";
  if (status >= 500 && status !== 501 && error !== "invalid_client") {
    return new AppError("server-error", { host, status, reason }, { retryAt: later, evidence });
  }
  if (!answer || [404, 405, 501].includes(status) || (response.status < 400 && !error)) {
    const words = said ? `HTTP ${status}: ${said.slice(0, 200)}` : `HTTP ${status}`;
    const url = withoutQuery(tokenUrl);
    return new AppError("smart-auth-not-token", { url, reason: words }, { evidence });
  }
  const description = answer.error_description;
  const words =
    typeof description === "string" && description.trim() !== ""
      ? outcomeText(JSON.stringify({ message: description }))
      : said === error
        ? ""
        : said;
  return tokenRefusal({ status, error, words, scope, evidence });
}

export type Credentials = {
  connectionId: string;
  fhirBaseUrl: string;
  /** null: discovered */
  tokenUrl: string | null;
  clientId: string;
  key: SigningKey;
  /** null: chosen from what the server supports */
  scope: string | null;
  jwksUrl?: string | null;
};

export type AccessTokens = {
  /**
   * A token with at least 30 s to live. Callers at the same time share one request.
   * @param options.fresh the last one was refused (401): get another
   */
  get(credentials: Credentials, options?: { fresh?: boolean }): Promise<AccessToken>;
};

const marginMs = 30_000;

/** A store of tokens of its own, for tests; everybody else uses `accessTokens`. */
export function makeAccessTokens(deps: TokenDeps = {}): AccessTokens {
  const now = deps.now ?? (() => new Date());
  const tokens = new Map<string, { token: AccessToken; renewAt: number }>();
  const asking = new Map<string, Promise<AccessToken>>();

  // No caller's signal goes in: the request is shared, and one who leaves must not take it along.
  const ask = async (credentials: Credentials): Promise<AccessToken> => {
    const { tokenUrl, scope, clientId, key, jwksUrl } = credentials;
    const told = tokenUrl && scope?.trim() ? null : await discovered(credentials, deps);
    const requested = now().getTime();
    const token = await requestAccessToken(
      {
        tokenUrl: tokenUrl ?? told?.tokenUrl ?? "",
        clientId,
        key,
        jwksUrl,
        scope: chooseScope({
          explicit: scope,
          scopesSupported: told?.scopesSupported ?? [],
          capabilities: told?.capabilities ?? [],
        }),
      },
      deps,
    );
    // A token that lives a minute or less is renewed at half of its life.
    const livesMs = token.expiresAt.getTime() - requested;
    const renewAt = token.expiresAt.getTime() - Math.min(marginMs, livesMs / 2);
    for (const [id, known] of tokens) if (known.renewAt <= requested) tokens.delete(id);
    tokens.set(idOf(credentials), { token, renewAt });
    return token;
  };

  return {
    async get(credentials, { fresh = false } = {}) {
      const id = idOf(credentials);
      const known = tokens.get(id);
      if (!fresh && known && known.renewAt > now().getTime()) return known.token;
      const underway = asking.get(id);
      if (underway) return underway;
      const request = ask(credentials).finally(() => asking.delete(id));
      asking.set(id, request);
      return request;
    },
  };
}

/** With a token URL at hand, discovery only helps to choose the scope: its failure is no end. */
async function discovered(
  { fhirBaseUrl, tokenUrl }: Credentials,
  deps: Deps,
): Promise<Discovery | null> {
  try {
    return await discover({ fhirBaseUrl }, deps);
  } catch (error) {
    const tolerable = tokenUrl && error instanceof AppError && !error.retryable;
    if (tolerable) return null;
    throw error;
  }
}

/** Everything that the token depends on, so that a changed connection never gets the old one's. */
function idOf({ connectionId, fhirBaseUrl, tokenUrl, clientId, key, scope }: Credentials): string {
  return createHash("sha256")
    .update(
      JSON.stringify([
        connectionId,
        fhirBaseUrl,
        tokenUrl,
        clientId,
        key.thumbprint,
        key.keyId,
        scope,
      ]),
    )
    .digest("base64url");
}

let shared: AccessTokens | undefined;

/** The tokens of this process; nothing of them is stored. */
export function accessTokens(): AccessTokens {
  shared ??= makeAccessTokens();
  return shared;
}
