import { randomUUID } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";
import type { clientConfig } from "./page";

type Config = ReturnType<typeof clientConfig>;

/** What a test may want to get wrong in a client assertion; null leaves it out. */
export interface Mistakes {
  alg?: string;
  typ?: string;
  kid?: string | null;
  jku?: string;
  iss?: string;
  sub?: string;
  aud?: string;
  /** Seconds from now. */
  expiresIn?: number | null;
  jti?: string | null;
  key?: JWK;
  form?: Record<string, string>;
}

/** Signs a client assertion with a downloaded config. */
export async function assertion(config: Config, mistakes: Mistakes = {}): Promise<string> {
  const key = mistakes.key ?? (config.jwks.keys[1] as JWK);
  const alg = mistakes.alg ?? (key.alg as string);
  const kid = mistakes.kid === null ? undefined : (mistakes.kid ?? key.kid);
  const expiresIn = mistakes.expiresIn === undefined ? 240 : mistakes.expiresIn;
  const claims = {
    iss: mistakes.iss ?? config.client_id,
    sub: mistakes.sub ?? mistakes.iss ?? config.client_id,
    aud: mistakes.aud ?? config.token_url,
    ...(mistakes.jti === null ? {} : { jti: mistakes.jti ?? randomUUID() }),
    ...(expiresIn === null ? {} : { exp: Math.floor(Date.now() / 1000) + expiresIn }),
  };
  const header = {
    alg,
    typ: mistakes.typ ?? "JWT",
    ...(kid ? { kid } : {}),
    ...(mistakes.jku ? { jku: mistakes.jku } : {}),
  };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(key, alg));
}

/** Asks the token endpoint, right or wrong: the answer as it comes. */
export async function requestToken(
  config: Config,
  scope = "system/*.rs",
  mistakes: Mistakes = {},
): Promise<Response> {
  return fetch(config.token_url, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: await assertion(config, mistakes),
      ...mistakes.form,
    }),
  });
}

/**
 * A minimal client for tests and scripts: headers with a fresh access token.
 *
 * @throws Error with the server's words when it refuses.
 */
export async function signIn(config: Config, scope?: string): Promise<Record<string, string>> {
  const response = await requestToken(config, scope);
  if (!response.ok) throw new Error(await response.text());
  const { access_token } = (await response.json()) as { access_token: string };
  return { Authorization: `Bearer ${access_token}` };
}
