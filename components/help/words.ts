/** The words that are explained, and the page of docs/ that says more. */
export const words = {
  group: "tour",
  since: "standard",
  "type-filter": "standard",
  elements: "standard",
  jwks: "jwks_authentication_guide",
  "client-id": "jwks_authentication_guide",
  "token-url": "jwks_authentication_guide",
  scope: "jwks_authentication_guide",
  "sign-in": "jwks_authentication_guide",
  "fhir-base-url": "troubleshooting",
  "job-id": "tour",
  "kick-off": "standard",
  manifest: "standard",
  ndjson: "standard",
  completeness: "tour",
  rejected: "troubleshooting",
  "search-mode": "standard",
  attachments: "standard",
  incremental: "standard",
} as const;

export type Word = keyof typeof words;
