import { expect, test } from "vitest";
import { tokenRefusal } from "./token-refusal";

test.each([
  ["invalid_grant", "Registration token expired", "smart-auth-registration-expired"],
  ["invalid_scope", "Simulated invalid scope error", "smart-auth-scope-refused"],
  [
    "invalid_scope",
    'Only system-level scopes are allowed for bulk data export (bad scope: "patient/*.read")',
    "smart-auth-scope-refused",
  ],
  ["invalid_request", "The requested scope is not allowed", "smart-auth-scope-refused"],
  [
    "invalid_grant",
    "Invalid token 'aud' value. Must be 'http://localhost:9443/auth/token'.",
    "smart-auth-wrong-audience",
  ],
  ["invalid_client", "invalid audience", "smart-auth-wrong-audience"],
  ["invalid_client", "Simulated invalid token error", "smart-auth-failed"],
  ["invalid_grant", "Invalid 'jti' value", "smart-auth-failed"],
  ["invalid_client", "signature verification failed", "smart-auth-unknown-key"],
  [
    "invalid_client",
    'No public keys found in the JWKS with "kid" equal to "a"',
    "smart-auth-unknown-key",
  ],
  ["invalid_client", "Unable to find a matching key", "smart-auth-unknown-key"],
  ["invalid_client", "JWT expired", "smart-auth-clock"],
  ["invalid_client", '"exp" claim is too far in the future', "smart-auth-clock"],
  ["invalid_grant", "Token used before it is not yet valid (nbf)", "smart-auth-clock"],
  ["invalid_client", "Unknown client", "smart-auth-unknown-client"],
  ["invalid_client", "Client not found", "smart-auth-unknown-client"],
  ["invalid_request", "Invalid client_id", "smart-auth-unknown-client"],
  ["invalid_client", "Client authentication failed", "smart-auth-failed"],
  ["invalid_client", "Invalid client assertion", "smart-auth-failed"],
  ["invalid_client", "This token is not valid", "smart-auth-failed"],
  ["unauthorized_client", "", "smart-auth-unknown-client"],
  ["invalid_client", "", "smart-auth-failed"],
  ["", "", "smart-auth-failed"],
])("%s: %s means what it says", (error, words, code) => {
  const refusal = tokenRefusal({ status: 400, error, words, scope: "system/*.rs" });
  expect(refusal.code).toBe(code);
  expect(refusal.message).toMatch(/^SMART authentication failed: /);
  if (words) expect(refusal.message).toContain(words);
  if (error) expect(refusal.message).toContain(error);
  expect(refusal.retryable).toBe(false);
});
