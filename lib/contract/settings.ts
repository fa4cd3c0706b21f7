import { z } from "zod";
import { queryNumber } from "./query-number";

/** viewer: looks; operator: also starts, changes and removes; admin: also people, keys and the audit trail. */
export const Role = z.enum(["admin", "operator", "viewer"]);
export type Role = z.infer<typeof Role>;

/** NIST SP 800-63B asks for length, not for kinds of characters. */
export const Password = z.string().min(12).max(256);

/** `/api/people/{user_id}…` */
export const PersonParams = z.object({ userId: z.uuid() });
export type PersonParams = z.infer<typeof PersonParams>;

export const PersonView = z.object({
  user_id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: Role,
  disabled: z.boolean(),
  last_sign_in_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
});
export type PersonView = z.infer<typeof PersonView>;
export const PersonList = z.object({ people: z.array(PersonView) });
export type PersonList = z.infer<typeof PersonList>;

export const ChangePersonBody = z.object({
  role: Role.optional(),
  disabled: z.boolean().optional(),
});
export type ChangePersonBody = z.infer<typeof ChangePersonBody>;

export const InviteBody = z.object({ email: z.email().max(320), role: Role });
export type InviteBody = z.infer<typeof InviteBody>;
/** The link is shown once and kept only as a hash. */
export const InviteAnswer = z.object({ url: z.string(), expires_at: z.iso.datetime() });
export type InviteAnswer = z.infer<typeof InviteAnswer>;

/** `POST /api/invitations/accept`: the one call besides sign-in that changes something without a session. */
export const AcceptInvitationBody = z.object({
  token: z.string().min(20).max(200),
  email: z.email().max(320),
  name: z.string().trim().min(1).max(200),
  password: Password,
});
export type AcceptInvitationBody = z.infer<typeof AcceptInvitationBody>;
/** The address that the account is for: what to sign in with. */
export const AcceptInvitationAnswer = z.object({ email: z.string() });
export type AcceptInvitationAnswer = z.infer<typeof AcceptInvitationAnswer>;

/** `POST /api/account/password`: one's own password, by people alone. */
export const ChangePasswordBody = z.object({
  current_password: z.string().min(1).max(256),
  password: Password,
});
export type ChangePasswordBody = z.infer<typeof ChangePasswordBody>;
/** Every session has ended, this one too: who to sign in as with the new one. */
export const ChangePasswordAnswer = z.object({ email: z.string() });
export type ChangePasswordAnswer = z.infer<typeof ChangePasswordAnswer>;

/** read: as a viewer; write: as an operator. No key gives more. */
export const ApiKeyScope = z.enum(["read", "write"]);
export type ApiKeyScope = z.infer<typeof ApiKeyScope>;
/** A key without the key: it begins with `prefix`. */
export const ApiKeyView = z.object({
  api_key_id: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  scope: ApiKeyScope,
  created_by: z.string().nullable(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
  /** from where, as far as that is known */
  last_used_ip: z.string().nullable(),
  /** null: never */
  expires_at: z.iso.datetime().nullable(),
});
export type ApiKeyView = z.infer<typeof ApiKeyView>;
export const ApiKeyList = z.object({ api_keys: z.array(ApiKeyView) });
export type ApiKeyList = z.infer<typeof ApiKeyList>;
export const CreateApiKeyBody = z.object({
  name: z.string().trim().min(1).max(200),
  scope: ApiKeyScope,
  /** from when on it is refused; absent: never */
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
export type CreateApiKeyBody = z.infer<typeof CreateApiKeyBody>;
/** `key` is returned here once and never again. */
export const CreateApiKeyAnswer = ApiKeyView.extend({ key: z.string() });
export type CreateApiKeyAnswer = z.infer<typeof CreateApiKeyAnswer>;

/** `GET /api/audit?page=&page_size=&q=&action=`; q looks into actor, action and target. */
export const AuditQuery = z.object({
  page: queryNumber(z.coerce.number().int().min(1).max(100_000).default(1)),
  page_size: queryNumber(z.coerce.number().int().min(1).max(200).default(25)),
  q: z.string().max(200).optional(),
  action: z.string().max(100).optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

/** `GET /api/audit`. */
export const AuditList = z.object({
  events: z.array(
    z.object({
      id: z.number().int(),
      at: z.iso.datetime(),
      actor: z.string(),
      action: z.string(),
      target: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
      ip: z.string().nullable(),
    }),
  ),
  total: z.number().int(),
  page: z.number().int(),
  page_size: z.number().int(),
});
export type AuditList = z.infer<typeof AuditList>;

/** `GET /api/about`: version, database and settings in force, without secrets. */
export const About = z.object({
  version: z.string(),
  node: z.string(),
  database: z.object({
    version: z.string(),
    size_bytes: z.number().int(),
    migrations: z.array(z.string()),
  }),
  storage: z.object({
    bulk_dir: z.string(),
    bulk_bytes: z.number().int(),
    free_bytes: z.number().int().nullable(),
  }),
  workers: z.array(
    z.object({
      id: z.string(),
      host: z.string(),
      started_at: z.iso.datetime(),
      heartbeat_at: z.iso.datetime(),
    }),
  ),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type About = z.infer<typeof About>;
