import { AppError } from "@/lib/errors";
import { isObject, type Json, objects } from "./json";
import { readJson } from "./read-json";
import { commonRefusal, readRefusal } from "./refusal";
import { type Deps, send } from "./send";
import { withoutQuery } from "./web-address";

export type ServerCapability = {
  fhirVersion: string | null;
  /** name and version */
  software: string | null;
  /** canonical addresses of what it says to be: instantiates, imports and implementationGuide */
  instantiates: string[];
  /** of all rest entries, sorted */
  resourceTypes: string[];
  /** from the oauth-uris extension, absolute; how servers told it before smart-configuration */
  tokenUrl: string | null;
};

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);

const oauthUris = /StructureDefinition\/oauth-uris$/;

/**
 * What the server says that it can: `GET [base]/metadata`.
 * @throws AppError not-fhir where there is no CapabilityStatement; access-refused, server-error,
 *   rate-limited; as `send`
 */
export async function readCapability(
  server: { fhirBaseUrl: string; token?: string | null; signal?: AbortSignal },
  deps: Deps = {},
): Promise<ServerCapability> {
  const now = deps.now?.() ?? new Date();
  const url = `${server.fhirBaseUrl}/metadata`;
  const response = await send(
    {
      url,
      token: server.token,
      headers: { Accept: "application/fhir+json" },
      signal: server.signal,
    },
    deps,
  );
  const contentType = response.headers.get("content-type")?.split(";")[0] ?? "text";
  if (response.status !== 200) {
    const refusal = await readRefusal(response, now);
    const { status, evidence } = refusal;
    throw (
      commonRefusal(refusal, now) ??
      new AppError("not-fhir", { url, contentType: `HTTP ${status}, ${contentType}` }, { evidence })
    );
  }
  const statement = await readJson(response);
  const known = ["CapabilityStatement", "Conformance"];
  if (!isObject(statement) || !known.includes(text(statement.resourceType) ?? "")) {
    throw new AppError("not-fhir", { url: withoutQuery(response.url), contentType });
  }
  return capabilityOf(statement, server.fhirBaseUrl);
}

/** Reads a CapabilityStatement (R4) or a Conformance (DSTU2). */
export function capabilityOf(statement: Json, fhirBaseUrl: string): ServerCapability {
  const rests = objects(statement.rest);
  const software = isObject(statement.software) ? statement.software : {};
  const name = text(software.name);
  const version = text(software.version);
  const types = rests
    .flatMap((rest) => objects(rest.resource))
    .map((resource) => text(resource.type))
    .filter((type): type is string => type !== null && /^[A-Z][A-Za-z]{2,63}$/.test(type));
  const token = rests
    .flatMap((rest) => (isObject(rest.security) ? objects(rest.security.extension) : []))
    .filter((extension) => oauthUris.test(text(extension.url) ?? ""))
    .flatMap((extension) => objects(extension.extension))
    .find((extension) => extension.url === "token");
  const tokenUri = text(token?.valueUri) ?? text(token?.valueUrl);
  const base = `${fhirBaseUrl}/`;
  return {
    fhirVersion: text(statement.fhirVersion),
    software: name ? [name, version].filter(Boolean).join(" ").slice(0, 200) : null,
    instantiates: ["instantiates", "imports", "implementationGuide"]
      .flatMap((name) => statement[name])
      .map(text)
      .filter((address) => address !== null)
      .map((address) => address.slice(0, 300))
      .slice(0, 50),
    resourceTypes: [...new Set(types)].sort(),
    tokenUrl: tokenUri && URL.canParse(tokenUri, base) ? new URL(tokenUri, base).href : null,
  };
}
