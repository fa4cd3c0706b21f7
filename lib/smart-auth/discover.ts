import { AppError } from "@/lib/errors";
import { readCapability } from "@/lib/fhir/capability";
import { readJson } from "@/lib/fhir/read-json";
import { type Deps, send } from "@/lib/fhir/send";
import { withoutQuery } from "@/lib/fhir/web-address";

export type Discovery = {
  /** absolute */
  tokenUrl: string;
  scopesSupported: string[];
  /** token_endpoint_auth_signing_alg_values_supported; empty where the server tells none */
  algorithms: string[];
  capabilities: string[];
  source: "smart-configuration" | "capability-statement";
};

const strings = (value: unknown) =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/**
 * Would the token come in the open, although the server is asked over TLS? Whoever means that has to
 * type the address in: which of its two names the server wants in the assertion cannot be guessed.
 */
const leavesTls = (base: string, tokenUrl: string) =>
  !tokenUrl.startsWith("https:") && !(base.startsWith("http:") && tokenUrl.startsWith("http:"));

/**
 * Where and how to sign in (SMART App Launch 2.2, Conformance): asks
 * `[base]/.well-known/smart-configuration`, with the base path kept, then the CapabilityStatement's
 * oauth-uris. Relative addresses are resolved against the base.
 * @throws AppError discovery-failed where neither tells; as `send` where the host is not there
 */
export async function discover(
  server: { fhirBaseUrl: string; signal?: AbortSignal },
  deps: Deps = {},
): Promise<Discovery> {
  const base = `${server.fhirBaseUrl}/`;
  let told: string;
  try {
    const response = await send(
      {
        url: `${base}.well-known/smart-configuration`,
        headers: { Accept: "application/json" },
        signal: server.signal,
      },
      deps,
    );
    if (response.ok) {
      const body = (await readJson(response, { bytes: 1024 * 1024 })) as Record<
        string,
        unknown
      > | null;
      const endpoint = body?.token_endpoint;
      const tokenUrl =
        typeof endpoint === "string" && endpoint !== "" && URL.canParse(endpoint, base)
          ? new URL(endpoint, base).href
          : null;
      if (tokenUrl && !leavesTls(base, tokenUrl)) {
        return {
          tokenUrl,
          scopesSupported: strings(body?.scopes_supported),
          algorithms: strings(body?.token_endpoint_auth_signing_alg_values_supported),
          capabilities: strings(body?.capabilities),
          source: "smart-configuration",
        };
      }
      told = `smart-configuration: token_endpoint ${tokenUrl ? withoutQuery(tokenUrl) : "–"}`;
    } else {
      await response.body?.cancel();
      told = `smart-configuration: HTTP ${response.status}`;
    }
  } catch (error) {
    // An unreachable host is unreachable for the second question too; a web page is not an end.
    if (!(error instanceof AppError) || error.code !== "not-fhir") throw error;
    told = `smart-configuration: ${error.params.contentType}`;
  }
  try {
    const { tokenUrl } = await readCapability(server, deps);
    if (tokenUrl && !leavesTls(base, tokenUrl)) {
      return {
        tokenUrl,
        scopesSupported: [],
        algorithms: [],
        capabilities: [],
        source: "capability-statement",
      };
    }
    told += `; metadata: oauth-uris ${tokenUrl ? withoutQuery(tokenUrl) : "–"}`;
  } catch (error) {
    if (!(error instanceof AppError) || error.retryable) throw error;
    const { status, contentType } = error.params;
    told += `; metadata: ${status ? `HTTP ${status}` : (contentType ?? error.code)}`;
  }
  throw new AppError("discovery-failed", { reason: told });
}
