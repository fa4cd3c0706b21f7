import { z } from "zod";

/** FHIR ids and type names as the standard allows them; anything else never reaches a URL. */
export const FhirId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, "is not a FHIR id");
/** Some servers use longer ids for groups than FHIR allows (Epic): the URL encodes what it needs. */
export const GroupId = z.string().min(1).max(256);
/** As FHIR writes its types: "AllergyIntolerance". */
export const ResourceType = z.string().regex(/^[A-Z][A-Za-z]{2,63}$/, "is not a resource type");
/** A FHIR instant: date, time to the second, zone. */
export const Instant = z.iso.datetime({ offset: true });

/** What the export form offers first. */
export const defaultResourceTypes = [
  "Patient",
  "Condition",
  "Observation",
  "MedicationRequest",
  "Encounter",
];

/**
 * How a server wants lists: "comma" joins all of them (version 1, Oracle Health), "mixed" joins all
 * but `_typeFilter`, which is repeated (versions 2 and 3; what an unknown server gets), "repeat"
 * repeats all (versions 2 and 3 as well), "post" sends Parameters by POST (version 4, which knows nothing else).
 */
export const Dialect = z.enum(["comma", "mixed", "repeat", "post"]);
export type Dialect = z.infer<typeof Dialect>;

/**
 * Documents that resources name by their address (Bulk Data Access, Attachments) are fetched, within
 * these limits. Without it they are counted and left where they are.
 */
export const AttachmentsRequest = z.object({
  /** larger ones are left; 20 MB unless told */
  max_bytes: z
    .number()
    .int()
    .positive()
    .max(1024 ** 4)
    .default(20_000_000),
  /** how the types begin that are fetched: "text/", "application/pdf"; all where absent */
  content_types: z.array(z.string().trim().toLowerCase().min(1).max(100)).min(1).max(50).optional(),
});
export type AttachmentsRequest = z.infer<typeof AttachmentsRequest>;

/**
 * The kick-off parameters of Bulk Data Access, Query Parameters (published versions 2 and 3), as a
 * job keeps them from its start on. Names are ours in snake_case; kickoff/ writes the standard's.
 */
export const ExportRequest = z.object({
  resource_types: z.array(ResourceType).default([]),
  since: Instant.optional(),
  until: Instant.optional(),
  type_filter: z.array(z.string().min(3).max(4096)).optional(),
  elements: z.array(z.string().min(1).max(256)).optional(),
  /** POST only: references, "Patient/123" */
  patient: z.array(z.string().min(1).max(256)).optional(),
  include_associated_data: z.array(z.string().min(1).max(256)).optional(),
  output_format: z.string().max(128).optional(),
  organize_output_by: ResourceType.optional(),
  allow_partial_manifests: z.boolean().optional(),
  /** Prefer: handling=lenient */
  lenient: z.boolean().optional(),
  /**
   * bulk: `$export` alone; search: FHIR search over the members; auto (also where absent): search
   * where the server cannot export
   */
  mode: z.enum(["auto", "bulk", "search"]).optional(),
  attachments: AttachmentsRequest.optional(),
  /** GET unless the parameters or the server need POST */
  method: z.enum(["GET", "POST"]).optional(),
  /** hours that the server may take to prepare; the installation's EXPORT_LIMIT_HOURS where absent */
  limit_hours: z.number().positive().max(8_760).optional(),
  /** hours without a change of X-Progress; the installation's EXPORT_STALL_HOURS where absent */
  stall_hours: z.number().positive().max(8_760).optional(),
});
export type ExportRequest = z.infer<typeof ExportRequest>;

/** `POST /api/bulk-data/kick-off`, the exact names that existing scripts send. */
export const KickOffBody = ExportRequest.extend({
  /** may end in /Group/{id}, /Patient, or be a base URL */
  fhir_server_url: z.string().min(1).max(2048),
  /** how people call the group; the address holds its id alone */
  group_name: z.string().trim().max(512).optional(),
  use_smart_auth: z.boolean().default(true),
  /** in place of SMART credentials: a token from elsewhere, used as long as the server takes it */
  bearer_token: z.string().max(16_384).optional(),
  token_url: z.string().max(2048).optional(),
  client_id: z.string().max(1024).optional(),
  /** a string holding JSON (JWK, JWKS) or PEM, or the JSON itself */
  private_key: z.union([z.string().max(65_536), z.record(z.string(), z.unknown())]).optional(),
  algorithm: z.enum(["RS384", "ES384"]).optional(),
  scope: z.string().max(2048).optional(),
  /** a connection that is stored here, in place of the credentials */
  connection_id: z.uuid().optional(),
});
export type KickOffBody = z.infer<typeof KickOffBody>;

/** `POST /api/exports`: several groups of one connection, one job each. */
export const StartExportBody = z.object({
  connection_id: z.uuid(),
  level: z.enum(["group", "patient", "system"]).default("group"),
  groups: z
    .array(
      z.object({
        id: GroupId,
        name: z.string().max(512).optional(),
        /** how many the server says are in it: kept, to compare with those that arrive */
        patients: z.number().int().min(0).max(2_000_000_000).nullish(),
      }),
    )
    .max(500)
    .default([]),
  request: ExportRequest,
  /**
   * of each what changed since the whole exports with these parameters that are here, and of a group who
   * is new in it; the whole of what was never exported so
   */
  incremental: z.boolean().optional(),
  /** between the kick-offs of two jobs */
  delay_seconds: z.number().int().min(0).max(86_400).default(5),
});
export type StartExportBody = z.infer<typeof StartExportBody>;

/** `POST /api/exports`. */
export const StartExportAnswer = z.object({
  batch_id: z.uuid(),
  job_ids: z.array(z.uuid()),
  /** where `incremental` was asked for: since when; null: everything, as no whole export is here */
  starts: z
    .array(z.object({ group_id: z.string().nullable(), since: z.iso.datetime().nullable() }))
    .optional(),
});
export type StartExportAnswer = z.infer<typeof StartExportAnswer>;

/** `POST /api/bulk-data/jobs/{job_id}/incremental`. */
export const IncrementalAnswer = StartExportAnswer.extend({
  since: z.iso.datetime(),
});
export type IncrementalAnswer = z.infer<typeof IncrementalAnswer>;

/** `DELETE /api/exports/{batch_id}`. */
export const CancelBatchAnswer = z.object({
  /** jobs that ran or waited and are cancelled now */
  cancelled: z.array(z.uuid()),
});
export type CancelBatchAnswer = z.infer<typeof CancelBatchAnswer>;
