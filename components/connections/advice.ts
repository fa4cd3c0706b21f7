/** Whose side the cause is usually on, by the code of what failed in a connection test. */
export const sides = {
  "host-unreachable": "yours",
  "certificate-refused": "either",
  "connection-cut": "nobody",
  "timeout-exceeded": "server",
  "server-error": "server",
  "rate-limited": "nobody",
  "not-fhir": "yours",
  "discovery-failed": "either",
  "smart-auth-failed": "yours",
  "smart-auth-unknown-key": "yours",
  "smart-auth-unknown-client": "yours",
  "smart-auth-wrong-audience": "yours",
  "smart-auth-registration-expired": "yours",
  "smart-auth-scope-refused": "server",
  "smart-auth-clock": "yours",
  "clock-differs": "yours",
  "smart-auth-not-token": "yours",
  "access-refused": "server",
  "bearer-refused": "yours",
  "groups-not-listed": "server",
  "key-missing": "yours",
  "key-unreadable": "yours",
  "config-missing-field": "yours",
  "secret-unreadable": "yours",
  "url-invalid": "yours",
} as const;

export type Advised = keyof typeof sides;

/** Is there advice for it? */
export const isAdvised = (code: string): code is Advised => code in sides;
