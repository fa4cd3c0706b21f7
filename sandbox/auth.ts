import { randomBytes, randomUUID } from "node:crypto";
import { compactVerify, decodeJwt, decodeProtectedHeader, errors, importJWK, type JWK } from "jose";
import type { Client } from "./clients";
import type { Faults } from "./faults";
import { readableTypes } from "./scopes";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const bothAlgorithms = ["RS384", "ES384"];

/** What an access token lets its bearer do. */
export interface Grant {
  clientId: string;
  scope: string;
  types: "*" | Set<string>;
  expiresAt: number;
}

/** A refusal of the token endpoint, in the words of RFC 6749 section 5.2. */
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    description: string,
  ) {
    super(description);
  }
}

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), {
    status,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Cache-Control": "no-store",
      Pragma: "no-cache",
    },
  });

/**
 * The authorization server: SMART Backend Services (client-confidential-asymmetric, 2.2.0). Keeps
 * clients, used `jti`s and access tokens in memory.
 */
export class Authorization {
  private readonly clients = new Map<string, Client>();
  private readonly used = new Map<string, number>();
  private readonly grants = new Map<string, Grant>();
  /** Client keys fetched by URL, and when. */
  private readonly fetched = new Map<string, { at: number; keys: JWK[] }>();

  constructor(
    private readonly faults: Faults,
    private readonly tokenSeconds: number,
  ) {}

  /** Adds a client; only public members of its keys are kept. */
  register(client: { clientId?: string; keys?: JWK[]; jwksUrl?: string | null }): Client {
    const publicOnly = ({ kty, kid, alg, n, e, crv, x, y }: JWK): JWK =>
      JSON.parse(JSON.stringify({ kty, kid, alg, n, e, crv, x, y })) as JWK;
    const added = {
      clientId: client.clientId ?? `client-${randomUUID()}`,
      keys: (client.keys ?? []).map(publicOnly),
      jwksUrl: client.jwksUrl ?? null,
    };
    this.clients.set(added.clientId, added);
    return added;
  }

  /** POST /auth/register: `{jwks: {keys}}` or `{jwks_url}`, and a `client_id` if one is wanted. */
  async answerRegistration(request: Request): Promise<Response> {
    const text = await request.text();
    let body: { jwks?: { keys?: JWK[] } | string; jwks_url?: string; client_id?: string };
    try {
      body = request.headers.get("content-type")?.includes("json")
        ? JSON.parse(text)
        : Object.fromEntries(new URLSearchParams(text));
      const jwks = typeof body.jwks === "string" ? JSON.parse(body.jwks) : body.jwks;
      const keys = (jwks?.keys ?? []) as JWK[];
      if (keys.length === 0 && !body.jwks_url) throw new Error("neither jwks nor jwks_url");
      for (const key of keys) if (!key.kty || !key.kid) throw new Error("a key without kty or kid");
      const client = this.register({
        clientId: body.client_id,
        keys,
        jwksUrl: body.jwks_url ?? null,
      });
      return json(201, { client_id: client.clientId });
    } catch (error) {
      return json(400, {
        error: "invalid_client_metadata",
        error_description: `Cannot register: ${(error as Error).message}`,
      });
    }
  }

  /** POST /auth/token. */
  async answerToken(request: Request, tokenUrl: string): Promise<Response> {
    const page = this.faults.html("token");
    if (page) return page;
    try {
      this.refuseOnPurpose(tokenUrl);
      const type = request.headers.get("content-type") ?? "";
      if (!type.includes("application/x-www-form-urlencoded"))
        throw new Refused(
          400,
          "invalid_request",
          "Invalid request content-type header (must be 'application/x-www-form-urlencoded')",
        );
      const form = new URLSearchParams(await request.text());
      const clientId = await this.authenticate(form, tokenUrl);
      const scope = form.get("scope")?.trim() ?? "";
      if (!scope) throw new Refused(400, "invalid_scope", "Empty scope");
      const { expiresIn, scopeVersion, tokenSeconds = this.tokenSeconds } = this.faults.settings;
      let types: Grant["types"];
      try {
        types = readableTypes(scope, scopeVersion);
      } catch (error) {
        throw new Refused(400, "invalid_scope", (error as Error).message);
      }
      const { granted, ...opened } = this.narrowed(scope, types);
      types = opened.types;
      const token = randomBytes(32).toString("base64url");
      this.forget();
      this.grants.set(token, {
        clientId,
        scope: granted,
        types,
        expiresAt: Date.now() + tokenSeconds * 1000,
      });
      return json(200, {
        token_type: "bearer",
        scope: granted,
        ...(expiresIn === "missing"
          ? {}
          : { expires_in: expiresIn === "string" ? String(tokenSeconds) : tokenSeconds }),
        access_token: token,
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return json(error.status, { error: error.code, error_description: error.message });
    }
  }

  /** The grant behind `Authorization: Bearer …`, or the reason why there is none. */
  check(request: Request): Grant | string {
    const header = request.headers.get("authorization");
    if (!header) return "Authentication is required";
    const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
    if (!token) return "The Authorization header must be 'Bearer' and an access token";
    const byHand = this.faults.settings.bearerToken;
    if (byHand !== undefined && token === byHand) {
      if (this.faults.strikes("unauthorized")) return "The access token has expired";
      return { clientId: "by hand", scope: "system/*.rs", types: "*", expiresAt: Infinity };
    }
    const grant = byHand === undefined ? this.grants.get(token) : undefined;
    if (!grant) return "The access token is unknown";
    if (grant.expiresAt <= Date.now()) return "The access token has expired";
    if (this.faults.strikes("unauthorized")) return "The access token has expired";
    return grant;
  }

  /** Makes every access token given out so far worthless. */
  revokeAll(): void {
    this.grants.clear();
  }

  /** What is granted of what was asked (fault grantedTypes). */
  private narrowed(scope: string, types: Grant["types"]) {
    const { grantedTypes, scopeVersion } = this.faults.settings;
    if (!grantedTypes) return { granted: scope, types };
    const kept = grantedTypes.filter((type) => types === "*" || types.has(type));
    const verb = scopeVersion === "v1" || /\.read\b/.test(scope) ? "read" : "rs";
    return {
      granted: kept.map((type) => `system/${type}.${verb}`).join(" "),
      types: new Set(kept),
    };
  }

  private forget(): void {
    const now = Date.now();
    for (const [token, grant] of this.grants)
      if (grant.expiresAt < now - 60_000) this.grants.delete(token);
    for (const [jti, until] of this.used) if (until < now) this.used.delete(jti);
  }

  private refuseOnPurpose(tokenUrl: string): void {
    const fault = this.faults.settings.token;
    if (!fault || !this.faults.strikes("tokenTimes", true)) return;
    switch (fault) {
      case "invalidClient":
        throw new Refused(401, "invalid_client", "Simulated invalid token error");
      case "registrationExpired":
        throw new Refused(400, "invalid_grant", "Registration token expired");
      case "scopeRefused":
        throw new Refused(400, "invalid_scope", "Simulated invalid scope error");
      case "wrongAudience":
        throw new Refused(
          400,
          "invalid_grant",
          `Invalid token 'aud' value. Must be '${tokenUrl}'.`,
        );
      case "serverError":
        throw new Refused(503, "temporarily_unavailable", "The authorization server is down");
    }
  }

  /** Checks the form and the signed assertion; returns the client's id. */
  private async authenticate(form: URLSearchParams, tokenUrl: string): Promise<string> {
    if (form.get("grant_type") !== "client_credentials")
      throw new Refused(
        400,
        "unsupported_grant_type",
        "The grant_type parameter must be 'client_credentials'",
      );
    if (form.get("client_assertion_type") !== assertionType)
      throw new Refused(
        400,
        "invalid_request",
        `The client_assertion_type parameter must be '${assertionType}'`,
      );
    const assertion = form.get("client_assertion");
    if (!assertion)
      throw new Refused(400, "invalid_request", "The client_assertion parameter is missing");

    let header: ReturnType<typeof decodeProtectedHeader>;
    let claims: ReturnType<typeof decodeJwt>;
    try {
      header = decodeProtectedHeader(assertion);
      claims = decodeJwt(assertion);
    } catch {
      throw new Refused(400, "invalid_request", "The client_assertion is not a JWT");
    }
    if (header.typ?.toUpperCase() !== "JWT")
      throw new Refused(400, "invalid_grant", "Invalid 'typ' header. Must be 'JWT'.");
    const algorithms = this.faults.settings.algorithms ?? bothAlgorithms;
    if (!header.alg || !(algorithms as string[]).includes(header.alg))
      throw new Refused(
        400,
        "invalid_grant",
        `Invalid 'alg' header. Must be ${algorithms.map((name) => `'${name}'`).join(" or ")}.`,
      );
    if (!header.kid)
      throw new Refused(400, "invalid_grant", "The 'kid' header is missing from the assertion");
    if (!claims.iss) throw new Refused(400, "invalid_grant", "The 'iss' claim is missing");
    const client = this.clients.get(claims.iss);
    if (!client)
      throw new Refused(
        401,
        "invalid_client",
        `No client with the id '${claims.iss}' is registered ('iss' claim)`,
      );
    if (claims.sub !== claims.iss)
      throw new Refused(
        400,
        "invalid_grant",
        "Invalid 'sub' value. Must be the client id, like 'iss'.",
      );
    const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
    if (!audiences.includes(tokenUrl))
      throw new Refused(400, "invalid_grant", `Invalid token 'aud' value. Must be '${tokenUrl}'.`);
    const now = Date.now() / 1000;
    if (typeof claims.exp !== "number")
      throw new Refused(400, "invalid_grant", "The 'exp' claim is missing");
    if (claims.exp <= now)
      throw new Refused(400, "invalid_grant", "The assertion has expired ('exp' is in the past)");
    if (claims.exp > now + 305)
      throw new Refused(
        400,
        "invalid_grant",
        "Invalid 'exp' value. Must be no more than five minutes in the future.",
      );
    if (header.jku !== undefined && header.jku !== client.jwksUrl)
      throw new Refused(
        401,
        "invalid_client",
        `The 'jku' header "${header.jku}" is not the registered JWKS URL`,
      );
    await this.verifySignature(assertion, client, header.kid, header.alg);
    // Last, so that only a genuine assertion uses up its jti.
    if (!claims.jti) throw new Refused(400, "invalid_grant", "The 'jti' claim is missing");
    const jti = `${claims.iss} ${claims.jti}`;
    if (this.used.has(jti)) throw new Refused(400, "invalid_grant", "Invalid 'jti' value");
    this.used.set(jti, claims.exp * 1000 + 10_000);
    return client.clientId;
  }

  /** The JWKS at a client's URL, kept for `jwksCacheSeconds`. */
  private async fetchKeys(url: string): Promise<JWK[]> {
    const known = this.fetched.get(url);
    const keep = (this.faults.settings.jwksCacheSeconds ?? 0) * 1000;
    if (known && Date.now() - known.at < keep) return known.keys;
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const { keys } = (await response.json()) as { keys?: JWK[] };
    if (!Array.isArray(keys)) throw new Error(`${url} is not a JWKS`);
    this.fetched.set(url, { at: Date.now(), keys });
    return keys;
  }

  private async verifySignature(
    assertion: string,
    client: Client,
    kid: string,
    alg: string,
  ): Promise<void> {
    try {
      const keys =
        client.jwksUrl && client.keys.length === 0
          ? await this.fetchKeys(client.jwksUrl)
          : client.keys;
      const key = keys.find((candidate) => candidate.kid === kid);
      if (!key)
        throw new Refused(
          401,
          "invalid_client",
          `No public key with the 'kid' '${kid}' is registered for this client`,
        );
      const kty = alg === "RS384" ? "RSA" : "EC";
      if (key.kty !== kty || (key.alg && key.alg !== alg))
        throw new Refused(
          401,
          "invalid_client",
          `The registered key '${kid}' is not for the algorithm '${alg}'`,
        );
      await compactVerify(assertion, await importJWK(key, alg), { algorithms: [alg] });
    } catch (error) {
      if (error instanceof Refused) throw error;
      const reason =
        error instanceof errors.JWSSignatureVerificationFailed
          ? "Invalid signature of the client_assertion"
          : `Cannot verify the client_assertion: ${(error as Error).message}`;
      throw new Refused(401, "invalid_client", reason);
    }
  }
}
