import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { AppError } from "@/lib/errors";
import { isObject, type Json } from "@/lib/fhir/json";

export type SigningAlgorithm = "RS384" | "ES384";

/** A private key that SMART Backend Services can sign with. */
export type SigningKey = {
  /** private, with kid and alg */
  jwk: JWK;
  algorithm: SigningAlgorithm;
  /** the key's own `kid`, else its thumbprint */
  keyId: string;
  /** RFC 7638, SHA-256, base64url */
  thumbprint: string;
  /** "RSA 2048", "EC P-384" */
  kind: string;
  /** where in a JWKS it stood, from 0; null for a single key */
  position: number | null;
};

const unreadable = (reason: string, cause?: unknown) =>
  new AppError("key-unreadable", { reason }, { cause });

/**
 * Reads a private key in any shape that people have it in: JWK or JWKS (as object, as JSON text,
 * as JSON text within JSON text), PEM (PKCS#8, PKCS#1, SEC1). RSA of 2048 bits or more signs
 * RS384, EC P-384 signs ES384 (SMART App Launch, client-confidential-asymmetric).
 * @param algorithm what the caller asks for; in a JWKS it also chooses the key
 * @throws AppError key-missing, key-public-only, key-unsupported, key-encrypted, key-unreadable,
 *   key-several, key-algorithm-mismatch
 */
export async function readPrivateKey(
  input: string | object,
  algorithm?: SigningAlgorithm,
): Promise<SigningKey> {
  const value = unwrapped(input);
  const key =
    typeof value === "string"
      ? await ofKeyObject(ofPem(value), undefined, null)
      : Array.isArray(value.keys)
        ? await ofSet(value.keys, algorithm)
        : await ofJwk(value, null);
  if (algorithm && key.algorithm !== algorithm) {
    throw new AppError("key-algorithm-mismatch", {
      kind: key.kind,
      expected: key.algorithm,
      given: algorithm,
    });
  }
  return key;
}

/** PEM text or the JSON object, out of however many layers of quoting. */
function unwrapped(input: string | object): string | Json {
  let value: unknown = input;
  for (let layer = 0; layer < 4 && typeof value === "string"; layer++) {
    const text = value.replace(/^\uFEFF/, "").trim();
    if (text === "") throw new AppError("key-missing");
    if (text.startsWith("-----BEGIN") || /^[^{["]*-----BEGIN/.test(text)) return text;
    try {
      value = JSON.parse(text);
    } catch {
      // The parser's own message quotes the text, which is a secret.
      throw unreadable(/^[{["]/.test(text) ? "damaged" : "not_key");
    }
  }
  if (Array.isArray(value)) return { keys: value };
  if (!isObject(value)) throw unreadable("not_key");
  return value;
}

function ofPem(text: string): KeyObject {
  const pem = text.replaceAll("\\r", "").replaceAll("\\n", "\n");
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type:\s*4\s*,\s*ENCRYPTED/.test(pem)) {
    throw new AppError("key-encrypted");
  }
  if (pem.includes("BEGIN OPENSSH PRIVATE KEY")) throw unreadable("openssh");
  const blocks = [
    ...pem.matchAll(/-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([\s\S]*?)-----END \1-----/g),
  ];
  const [block] = blocks;
  if (!block) {
    if (/BEGIN (RSA |EC |DSA )?PRIVATE KEY/.test(pem)) throw unreadable("damaged");
    if (/BEGIN (RSA )?PUBLIC KEY|BEGIN CERTIFICATE/.test(pem))
      throw new AppError("key-public-only");
    throw unreadable("not_key");
  }
  if (blocks.length > 1) throw new AppError("key-several", { count: blocks.length });
  // Line breaks are lost in forms and environment variables; they carry no meaning.
  const label = block[1] ?? "";
  const lines = (block[2] ?? "").replace(/\s+/g, "").match(/.{1,64}/g) ?? [];
  try {
    return createPrivateKey(
      `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`,
    );
  } catch (error) {
    throw unreadable("damaged", error);
  }
}

const isPrivate = (jwk: Json) => typeof jwk.d === "string" || typeof jwk.k === "string";

async function ofSet(keys: unknown[], algorithm?: SigningAlgorithm): Promise<SigningKey> {
  const all = keys.map((jwk, position) => ({ jwk, position }));
  const entries = all.filter((entry): entry is { jwk: Json; position: number } =>
    isObject(entry.jwk),
  );
  if (entries.length === 0) throw new AppError("key-missing");
  const secret = entries.filter(({ jwk }) => isPrivate(jwk) && jwk.use !== "enc");
  if (secret.length === 0) throw new AppError("key-public-only");
  const usable: SigningKey[] = [];
  let refusal: unknown;
  for (const { jwk, position } of secret) {
    try {
      const key = await ofJwk(jwk, position);
      if (!usable.some((known) => known.thumbprint === key.thumbprint)) usable.push(key);
    } catch (error) {
      refusal ??= error;
    }
  }
  const fitting = algorithm ? usable.filter((key) => key.algorithm === algorithm) : usable;
  const [key] = fitting.length > 0 ? fitting : usable;
  if (!key) throw refusal;
  if (fitting.length > 1) throw new AppError("key-several", { count: fitting.length });
  return key;
}

async function ofJwk(jwk: Json, position: number | null): Promise<SigningKey> {
  const { kty, crv } = jwk;
  if (typeof kty !== "string") throw unreadable("not_key");
  if (kty === "oct") throw new AppError("key-unsupported", { kind: "oct (HMAC)" });
  if (kty !== "RSA" && kty !== "EC") {
    throw new AppError("key-unsupported", { kind: shown(typeof crv === "string" ? crv : kty) });
  }
  if (!isPrivate(jwk)) throw new AppError("key-public-only");
  if (kty === "EC" && crv !== "P-384") {
    throw new AppError("key-unsupported", { kind: `EC ${shown(crv)}` });
  }
  let object: KeyObject;
  try {
    object = createPrivateKey({ key: jwk as never, format: "jwk" });
  } catch (error) {
    throw unreadable("damaged", error);
  }
  return ofKeyObject(object, jwk.kid, position);
}

const shown = (value: unknown) => String(value).slice(0, 40);

const curves: Record<string, string> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

async function ofKeyObject(
  object: KeyObject,
  kid: unknown,
  position: number | null,
): Promise<SigningKey> {
  const { modulusLength, namedCurve } = object.asymmetricKeyDetails ?? {};
  const type = object.asymmetricKeyType;
  const curve = curves[namedCurve ?? ""] ?? namedCurve;
  const kind =
    type === "rsa" ? `RSA ${modulusLength}` : type === "ec" ? `EC ${curve}` : shown(type);
  const strong = type === "rsa" ? (modulusLength ?? 0) >= 2048 : type === "ec" && curve === "P-384";
  if (!strong) throw new AppError("key-unsupported", { kind });
  if (!belongsTogether(object)) throw unreadable("mismatch");

  const algorithm: SigningAlgorithm = type === "rsa" ? "RS384" : "ES384";
  const { d, p, q, dp, dq, qi, ...open } = object.export({ format: "jwk" }) as JWK;
  const thumbprint = await calculateJwkThumbprint(open, "sha256");
  const keyId = typeof kid === "string" && kid.trim() !== "" ? kid : thumbprint;
  const secret = type === "rsa" ? { d, p, q, dp, dq, qi } : { d };
  const jwk: JWK = { ...open, ...secret, kid: keyId, alg: algorithm };
  return { jwk, algorithm, keyId, thumbprint, kind, position };
}

/** A JWK whose public members were pasted from another key signs what nobody can verify. */
function belongsTogether(object: KeyObject): boolean {
  const { kty, n, e, crv, x, y } = object.export({ format: "jwk" });
  try {
    const open = createPublicKey({ key: { kty, n, e, crv, x, y } as never, format: "jwk" });
    const probe = Buffer.from("bulkhouse");
    return verify("sha384", probe, open, sign("sha384", probe, object));
  } catch {
    return false;
  }
}
