import { z } from "zod";
import { Dialect } from "./export-request";
import { Failure } from "./failure";
import { JobSummary } from "./job";

/** What may be told about a private key. */
export const KeyFacts = z.object({
  /** "RSA 2048", "EC P-384" */
  kind: z.string(),
  algorithm: z.enum(["RS384", "ES384"]),
  key_id: z.string(),
  /** RFC 7638, base64url */
  thumbprint: z.string(),
});
export type KeyFacts = z.infer<typeof KeyFacts>;

/** Where a recognised value comes from, in the words of the file ("jwks.keys[1]", "token_url"). */
const Sourced = z.object({ value: z.string(), source: z.string() }).nullable();

/** `POST /api/connections/recognise` answers with what a config says, before anything is stored. */
export const RecognisedConfig = z.object({
  /** which of the shapes of the README it is */
  shape: z.enum(["smart-download", "backend-services", "bulk-data-client", "flat", "key-only"]),
  name: z.string(),
  fhir_base_url: Sourced,
  token_url: Sourced,
  client_id: Sourced,
  scope: Sourced,
  key: KeyFacts.extend({ source: z.string() }).nullable(),
  /** what is missing or wrong, ready to show; the config can be completed in the form */
  problems: z.array(Failure),
});
export type RecognisedConfig = z.infer<typeof RecognisedConfig>;

/** `POST /api/connections/recognise`. */
export const RecogniseBody = z.object({ config: z.string().max(1_048_576) });

/**
 * How we sign in: "smart" as a machine (SMART Backend Services), "bearer" with a token that a person
 * gave, "none" where the server is open.
 */
export const AuthKind = z.enum(["smart", "none", "bearer"]);
export type AuthKind = z.infer<typeof AuthKind>;

/** A host that may get the server's token, with its port where that is not 443. */
const TokenHost = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$/,
    "is not a host, as files.example.org",
  );

/** `POST /api/connections`: a config as text, form fields, or both (a field wins over the file). */
export const CreateConnectionBody = z.object({
  name: z.string().trim().max(200).optional(),
  /** the uploaded or pasted JSON, as text */
  config: z.string().max(1_048_576).optional(),
  fhir_base_url: z.string().max(2048).optional(),
  auth: AuthKind.default("smart"),
  token_url: z.string().max(2048).optional(),
  client_id: z.string().max(1024).optional(),
  /** JWK, JWKS or PEM as text */
  private_key: z.string().max(65_536).optional(),
  scope: z.string().max(2048).optional(),
  /** in place of private_key: Bulkhouse makes the key pair and publishes its public half */
  make_key: z.enum(["RS384", "ES384"]).optional(),
  /** the address of our public keys as it is registered at the server; goes as `jku` */
  jwks_url: z.string().max(2048).optional(),
  /** with auth "bearer" */
  bearer_token: z.string().max(16_384).optional(),
  /** how the server wants lists; empty: found out */
  dialect: z.union([Dialect, z.literal("")]).optional(),
  allowed_hosts: z.array(TokenHost).max(20).optional(),
});
export type CreateConnectionBody = z.infer<typeof CreateConnectionBody>;

/**
 * `PATCH /api/connections/{id}`: what is absent stays, what is empty is cleared; a new key replaces
 * the old one.
 */
export const ChangeConnectionBody = CreateConnectionBody.omit({ config: true, auth: true })
  .partial()
  // Named anew: a default would turn an absent value into "smart".
  .extend({ auth: AuthKind.optional() });
export type ChangeConnectionBody = z.infer<typeof ChangeConnectionBody>;

/** The steps of *Test connection*, in order. */
export const TestStepName = z.enum([
  "reach",
  "discovery",
  "assertion",
  "token",
  "capability",
  "groups",
]);
export type TestStepName = z.infer<typeof TestStepName>;

/** `POST /api/connections/{id}/test` streams one of these a line (NDJSON), as each step ends. */
export const TestStep = z.object({
  step: TestStepName,
  result: z.enum(["ok", "warning", "failed", "skipped"]),
  ms: z.number(),
  /** facts for the person, e.g. { url, groups: 8, types: 18, scope } */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  failure: Failure.nullable(),
});
export type TestStep = z.infer<typeof TestStep>;

/** `GET /api/connections/{connection_id}/capability`, out of the server's CapabilityStatement. */
export const Capability = z.object({
  fhir_version: z.string().nullable(),
  software: z.string().nullable(),
  /** canonical addresses of what the server says to be, with their versions */
  instantiates: z.array(z.string()).default([]),
  resource_types: z.array(z.string()),
});
export type Capability = z.infer<typeof Capability>;

/** A public key at /.well-known/jwks.json. */
export const PublishedKey = z.object({
  key_id: z.string(),
  algorithm: z.enum(["RS384", "ES384"]),
  /** next: not used yet; current: signs; old: published until nothing signed with it is under way */
  state: z.enum(["next", "current", "old"]),
  published_at: z.iso.datetime(),
  /** of the next key: from when on it may sign, as servers keep what they read for a while */
  usable_at: z.iso.datetime().nullable(),
});
export type PublishedKey = z.infer<typeof PublishedKey>;

/** `GET /.well-known/jwks.json`: the public halves of all keys that Bulkhouse made (RFC 7517). */
export const PublishedKeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
export type PublishedKeySet = z.infer<typeof PublishedKeySet>;

/** A connection as people and scripts see it: of its secrets only kind, id and fingerprint. */
/** `/api/connections/{connection_id}…` */
export const ConnectionParams = z.object({ connectionId: z.uuid() });
export type ConnectionParams = z.infer<typeof ConnectionParams>;

export const ConnectionView = z.object({
  connection_id: z.uuid(),
  name: z.string(),
  fhir_base_url: z.string(),
  auth: AuthKind,
  token_url: z.string().nullable(),
  client_id: z.string().nullable(),
  scope: z.string().nullable(),
  key: KeyFacts.nullable(),
  /** is a bearer token kept? */
  has_bearer_token: z.boolean(),
  jwks_url: z.string().nullable(),
  /** key pairs that Bulkhouse made, as they are published; empty where the key was given */
  published_keys: z.array(PublishedKey),
  dialect: Dialect.nullable(),
  /** who said so; "server": its CapabilityStatement, "refusal": it refused the other form */
  dialect_source: z.enum(["person", "server", "refusal"]).nullable(),
  /** beside the server's own host: who may get its token */
  allowed_hosts: z.array(z.string()),
  last_test: z
    .object({ at: z.iso.datetime(), ok: z.boolean(), steps: z.array(TestStep) })
    .nullable(),
  capability: Capability.nullable(),
  jobs: z.number().int(),
  last_job: JobSummary.pick({
    job_id: true,
    status: true,
    created_at: true,
    group_name: true,
  }).nullable(),
  created_by: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type ConnectionView = z.infer<typeof ConnectionView>;

/** `GET /api/connections/{id}/registration`: what the server's people register; nothing of it is secret. */
export const Registration = z.object({
  client_id: z.string().nullable(),
  /** OAuth 2.0 Dynamic Client Registration, RFC 7591 */
  token_endpoint_auth_method: z.literal("private_key_jwt"),
  grant_types: z.array(z.literal("client_credentials")),
  algorithm: z.enum(["RS384", "ES384"]),
  /** null: the keys are not published at an address; `jwks` is then what is registered */
  jwks_url: z.string().nullable(),
  jwks: PublishedKeySet,
  scope: z.string(),
  fhir_base_url: z.string(),
  token_url: z.string().nullable(),
});
export type Registration = z.infer<typeof Registration>;

/** `GET /api/connections`. */
export const ConnectionList = z.object({ connections: z.array(ConnectionView) });
export type ConnectionList = z.infer<typeof ConnectionList>;

/** `GET /api/connections/{id}/groups`: asked of the server each time. */
export const GroupList = z.object({
  groups: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** Group.quantity or the number of members; null where the server tells neither */
      patients: z.number().int().nullable(),
      last_export: JobSummary.pick({
        job_id: true,
        status: true,
        created_at: true,
        records_loaded: true,
        completeness: true,
        transaction_time: true,
      }).nullable(),
      /** the export whose changes could be asked for, and since when; null: there is no whole one */
      changes: z.object({ job_id: z.uuid(), since: z.iso.datetime() }).nullable(),
    }),
  ),
});
export type GroupList = z.infer<typeof GroupList>;
