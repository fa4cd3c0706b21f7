import { AppError, type ErrorCode, type ErrorParams } from "@/lib/errors";

/**
 * What the token endpoint's refusal means. OAuth (RFC 6749 5.2) has six codes for everything, so
 * the cause is read from the server's own words, which are always kept.
 * @param refusal.error the OAuth code, "" where there is none
 * @param refusal.words error_description or whatever else was said
 */
export function tokenRefusal(refusal: {
  status: number;
  error: string;
  words: string;
  scope: string;
  evidence?: Record<string, unknown>;
}): AppError {
  const { status, error, words, scope, evidence } = refusal;
  const reason = words && error ? `${words} (${error})` : words || error || `HTTP ${status}`;
  const code = codeOf(error, words);
  const params: ErrorParams = { reason };
  if (code === "smart-auth-scope-refused") params.scope = scope;
  return new AppError(code, params, { evidence });
}

/** First match wins: the more telling words stand before the words that occur in many sentences. */
const meanings: [RegExp, ErrorCode][] = [
  [
    /registration[^.]*\bexpired|expired[^.]*\bregistration|client[^.]*\bexpired/i,
    "smart-auth-registration-expired",
  ],
  [/\bscopes?\b/i, "smart-auth-scope-refused"],
  [/\baud\b|audience/i, "smart-auth-wrong-audience"],
  [
    /signature|\bjwks?\b|jwks_|\bkid\b|public keys?|signing key|matching key|key (was )?not found|key mismatch|\bunable to verify\b|could not be verified/i,
    "smart-auth-unknown-key",
  ],
  [
    /\b(exp|iat|nbf)\b|(token|jwt|assertion)[^.]*\b(has )?expired|not yet (valid|active)|not (valid|active) yet|jwt not active|in the (future|past)|clock|too (old|new|long|far)|lifetime/i,
    "smart-auth-clock",
  ],
  [
    /(unknown|unregistered|no such|invalid|unrecogni[sz]ed|missing)[^.]*\bclient([ _-]?id)?\b(?! (assertion|credentials|or)\b)|client([ _-]?id)?\b[^.]*(not (found|registered|known|exist|recogni[sz]ed)|does not exist|unknown|invalid)|\biss(uer)?\b|\bsub(ject)?\b/i,
    "smart-auth-unknown-client",
  ],
];

function codeOf(error: string, words: string): ErrorCode {
  if (error === "invalid_scope") return "smart-auth-scope-refused";
  for (const [pattern, code] of meanings) if (pattern.test(words)) return code;
  if (error === "unauthorized_client") return "smart-auth-unknown-client";
  return "smart-auth-failed";
}
