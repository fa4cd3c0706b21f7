import type { RecognisedConfig } from "@/lib/contract/connection";
import type { Failure } from "@/lib/contract/failure";
import { AppError } from "@/lib/errors";
import {
  readPrivateKey,
  type SigningAlgorithm,
  type SigningKey,
} from "@/lib/smart-auth/private-key";

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const limitBytes = 256 * 1024;

/** Names that the field is known by, as they are without case, “_” and “-”; the first one wins. */
const names = {
  fhir: [
    "fhirurl",
    "fhirserverurl",
    "fhirbaseurl",
    "fhirbase",
    "fhirserver",
    "fhirendpoint",
    "baseurl",
    "serverurl",
    "serviceurl",
    "issuerurl",
  ],
  token: [
    "tokenurl",
    "tokenendpoint",
    "tokenuri",
    "tokenendpointurl",
    "authtokenurl",
    "oauthtokenurl",
    "accesstokenurl",
  ],
  client: ["clientid", "client", "appid", "applicationid"],
  scope: ["scope", "scopes"],
  key: [
    "privatekey",
    "privatejwk",
    "privatekeyjwk",
    "privatekeypem",
    "jwk",
    "key",
    "jwks",
    "privatejwks",
    "keys",
    "pem",
  ],
  jwksUrl: ["jwksurl", "jwksuri"],
  algorithm: ["algorithm", "alg", "signingalgorithm"],
  name: ["name", "clientname", "title"],
} as const;

/** Objects that some files wrap everything in. */
const wrappers = ["config", "configuration", "client", "connection", "smart", "auth", "options"];

type Found = { value: unknown; source: string };

/**
 * Reads a configuration in any of the shapes that bulk servers and clients give it (DESIGN section
 * 3): the reference server's download, backend-services, the official client's options, the older
 * flat form; also a key alone. What is missing or wrong is told in `problems`, so that a form can
 * be completed; each value says where in the file it stood.
 * @throws AppError config-too-large, config-not-json, config-unrecognised; never repeats the text,
 *   which holds a secret
 */
export async function recogniseConfig(
  text: string,
): Promise<{ recognised: RecognisedConfig; key: SigningKey | null }> {
  if (Buffer.byteLength(text) > limitBytes) {
    throw new AppError("config-too-large", { limit: `${limitBytes / 1024} KB` });
  }
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (/^[^{["<]*-----BEGIN [A-Z ]+-----/.test(trimmed)) return ofKeyAlone(trimmed);
  const value = parsed(trimmed);
  const isKey = isObject(value) && typeof value.kty === "string";
  const isKeySet =
    isObject(value) && Array.isArray(value.keys) && !first([value], [""], names.client);
  const isKeyList = Array.isArray(value) && value.some((one) => isObject(one) && one.kty);
  if (isKey || isKeySet || isKeyList) return ofKeyAlone(value as object);
  if (typeof value === "string" && value.includes("-----BEGIN")) return ofKeyAlone(value);
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (!isObject(single)) throw new AppError("config-unrecognised");
  return ofObject(single);
}

function parsed(text: string): unknown {
  if (text === "") throw new AppError("config-not-json", { reason: "empty" });
  if (text.startsWith("<")) throw new AppError("config-not-json", { reason: "html" });
  try {
    const value = JSON.parse(text);
    // A file that was pasted as a string literal holds JSON once more.
    return typeof value === "string" && /^\s*[{[]/.test(value) ? JSON.parse(value) : value;
  } catch (error) {
    if (/^(\/\/|\/\*|module\.exports|export |import |const |var |let )/.test(text)) {
      throw new AppError("config-not-json", { reason: "javascript" });
    }
    // The parser's message quotes the text; only the place may be told.
    const at = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    const before = text.slice(0, at).split("\n");
    throw new AppError("config-not-json", {
      reason: "syntax",
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    });
  }
}

async function ofKeyAlone(
  input: string | object,
): Promise<{ recognised: RecognisedConfig; key: SigningKey | null }> {
  const problems: Failure[] = [];
  const { key, source } = await keyOf([{ value: input, source: "" }], undefined, false, problems);
  missing("client_id", problems);
  missing("fhir_url", problems);
  return {
    key,
    recognised: {
      shape: "key-only",
      name: "",
      fhir_base_url: null,
      token_url: null,
      client_id: null,
      scope: null,
      key: key && { ...factsOf(key), source },
      problems,
    },
  };
}

async function ofObject(
  config: Json,
): Promise<{ recognised: RecognisedConfig; key: SigningKey | null }> {
  const levels: Json[] = [config];
  const prefixes = [""];
  for (const [name, value] of Object.entries(config)) {
    if (isObject(value) && wrappers.includes(plainName(name))) {
      levels.push(value);
      prefixes.push(`${name}.`);
    }
  }
  const pick = (field: readonly string[]) => first(levels, prefixes, field);
  const problems: Failure[] = [];
  const fhir = addressOf(textOf(pick(names.fhir)), problems);
  const token = addressOf(textOf(pick(names.token)), problems);
  const client = textOf(pick(names.client));
  const scope = scopeOf(pick(names.scope));
  const candidates = names.key
    .map((name) => first(levels, prefixes, [name]))
    .filter((found): found is Found => found !== null);
  const algorithm = textOf(pick(names.algorithm))?.value;
  const hasJwksUrl = pick(names.jwksUrl) !== null;
  if (!fhir && !token && !client && candidates.length === 0) {
    throw new AppError("config-unrecognised");
  }

  const asked = algorithm === "RS384" || algorithm === "ES384" ? algorithm : undefined;
  const { key, source } = await keyOf(candidates, asked, hasJwksUrl, problems);
  if (!fhir) missing("fhir_url", problems);
  if (!client) missing("client_id", problems);
  const title = textOf(pick(names.name))?.value;
  const host = [fhir, token].find((found) => found && URL.canParse(found.value))?.value;
  return {
    key,
    recognised: {
      shape: shapeOf(config, hasJwksUrl),
      name: (title ?? (host ? new URL(host).host : "")).slice(0, 200),
      fhir_base_url: fhir && { ...fhir, value: fhir.value.replace(/\/+$/, "") },
      token_url: token,
      client_id: client,
      scope,
      key: key && { ...factsOf(key), source },
      problems,
    },
  };
}

/** Only own members count: a file may well say "constructor" or "__proto__". */
function first(levels: Json[], prefixes: string[], fields: readonly string[]): Found | null {
  for (const field of fields) {
    for (const [index, level] of levels.entries()) {
      for (const [name, value] of Object.entries(level)) {
        if (plainName(name) === field && value !== null && value !== "") {
          return { value, source: `${prefixes[index]}${name}` };
        }
      }
    }
  }
  return null;
}

const plainName = (name: string) => name.toLowerCase().replace(/[_\-\s]/g, "");

function textOf(found: Found | null): { value: string; source: string } | null {
  if (typeof found?.value !== "string" || found.value.trim() === "") return null;
  return { value: found.value.trim().slice(0, 8192), source: found.source };
}

function scopeOf(found: Found | null): { value: string; source: string } | null {
  if (!Array.isArray(found?.value)) return textOf(found);
  const value = found.value.filter((one) => typeof one === "string").join(" ");
  return value ? { value: value.slice(0, 2048), source: found.source } : null;
}

function addressOf(
  found: { value: string; source: string } | null,
  problems: Failure[],
): { value: string; source: string } | null {
  if (!found) return null;
  const url = found.value.slice(0, 200);
  if (!URL.canParse(found.value)) problem("url-invalid", { url, reason: "not_url" }, problems);
  else if (!/^https?:$/.test(new URL(found.value).protocol)) {
    problem("url-invalid", { url, reason: "not_http" }, problems);
  }
  return found;
}

/** The first field that holds a usable private key; else the most telling of the refusals. */
async function keyOf(
  candidates: Found[],
  algorithm: SigningAlgorithm | undefined,
  hasJwksUrl: boolean,
  problems: Failure[],
): Promise<{ key: SigningKey | null; source: string }> {
  let refusal: AppError | undefined;
  for (const { value, source } of candidates) {
    const input = typeof value === "string" || (typeof value === "object" && value) ? value : "";
    try {
      const key = await readPrivateKey(input, algorithm);
      const place = key.position === null ? source : setSource(value, source, key.position);
      return { key, source: place };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const vague = ["key-missing", "key-public-only"];
      if (!refusal || vague.includes(refusal.code)) refusal = error;
    }
  }
  // A public key beside a jwks_url is no mistake: the private one is simply not in the file.
  const hostedElsewhere = refusal?.code === "key-public-only" && hasJwksUrl;
  problems.push(failureOf(refusal && !hostedElsewhere ? refusal : new AppError("key-missing")));
  return { key: null, source: "" };
}

function setSource(value: unknown, source: string, position: number): string {
  if (Array.isArray(value)) return `${source}[${position}]`;
  return `${source ? `${source}.` : ""}keys[${position}]`;
}

function shapeOf(config: Json, hasJwksUrl: boolean): RecognisedConfig["shape"] {
  if (config.auth_type === "backend-services" || (isObject(config.key) && config.token_endpoint)) {
    return "backend-services";
  }
  if ("fhirUrl" in config || "tokenUrl" in config || "clientId" in config) {
    return "bulk-data-client";
  }
  return "jwks" in config || hasJwksUrl ? "smart-download" : "flat";
}

const factsOf = (key: SigningKey) => ({
  kind: key.kind,
  algorithm: key.algorithm,
  key_id: key.keyId,
  thumbprint: key.thumbprint,
});

const missing = (field: string, problems: Failure[]) =>
  problem("config-missing-field", { field }, problems);

function problem(
  code: "url-invalid" | "config-missing-field",
  params: Record<string, string>,
  problems: Failure[],
): void {
  problems.push(failureOf(new AppError(code, params)));
}

const failureOf = (error: AppError): Failure => ({
  error: error.message,
  code: error.code,
  params: error.params,
});
