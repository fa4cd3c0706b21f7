import type { JsonSchema } from "@/lib/contract/openapi";

/** What such a field holds in a real answer; made up, and the same every time. */
const values: Record<string, unknown> = {
  job_id: "0193584c-9d2b-7c2e-8f0a-5b1d6c7e8f90",
  batch_id: "0193584c-9a10-7d44-9a6b-0c2f4e6a8b1d",
  connection_id: "0193584b-77f0-7a31-b2c4-6d8e0f1a2b3c",
  api_key_id: "0193584d-1c5e-7f02-a4b6-8c0d2e4f6a81",
  user_id: "0193584a-0b1c-7d2e-9f30-415263748596",
  status: "completed",
  stage: "done",
  mode: "bulk",
  level: "group",
  completeness: "complete",
  state: "loaded",
  purpose: null,
  membership: null,
  mode_reason: null,
  server_progress: null,
  failure: null,
  error: null,
  warning: null,
  warning_code: null,
  next_run_at: null,
  left_reason: null,
  since: null,
  patients: 120,
  attempts: 1,
  progress: "Completed: 48,210 records from 14 files",
  progress_ratio: 1,
  status_url: "https://bulk.example.org/fhir/bulkstatus/5f2c",
  fhir_server_url: "https://bulk.example.org/fhir/Group/FallonHealth",
  fhir_base_url: "https://bulk.example.org/fhir",
  token_url: "https://bulk.example.org/auth/token",
  discovered_token_url: "https://bulk.example.org/auth/token",
  jwks_url: null,
  client_id: "my-client-id",
  private_key: "{…the private JWK, as a string…}",
  scope: "system/*.rs",
  config: "{…the JSON that the server's page gives under “Download as JSON”…}",
  connection_name: "bulk.example.org",
  name: "bulk.example.org",
  group_id: "FallonHealth",
  group_name: "Fallon Health",
  resource_types: ["Patient", "Condition", "Observation"],
  type: "Patient",
  url: "https://bulk.example.org/fhir/files/1.Patient.ndjson",
  file_url: "https://bulk.example.org/fhir/files/1.Patient.ndjson",
  file_no: 1,
  line_no: 17,
  page: 1,
  page_size: 25,
  total: 1,
  records: 48210,
  records_loaded: 48210,
  patient_id: "p-1042",
  id: "p-1042",
  place: 0,
  key: null,
  key_id: "rs384-2026",
  kind: "output",
  algorithm: "RS384",
  dialect: null,
  dialect_source: null,
  published_keys: [],
  allowed_hosts: [],
  problems: [],
  auth: "smart",
  email: "ada@example.org",
  created_by: "ada@example.org",
  actor: "ada@example.org",
  role: "operator",
  password: "correct horse battery staple",
  token: "(from the one-time link)",
  prefix: "bh_3kQ9x2",
  action: "job.start",
  at: "2026-11-23T09:30:00.000Z",
  code: "kickoff-refused",
  version: "0.1.0",
  ip: null,
  details: {},
  request: { resource_types: ["Patient", "Condition", "Observation"] },
  manifest: null,
  resource: { resourceType: "Patient", id: "p-1042", gender: "female", birthDate: "1961-04-02" },
  columns: { name: "Lovelace, Ada", birth_date: "1961-04-02", gender: "female" },
  evidence: {},
  params: {},
  facts: { groups: 8 },
  settings: { PORT: 3000, LOG_LEVEL: "info" },
  missing: [],
  outcomes: [],
  attachments: null,
  attachments_failed: [],
  limit_hours: 48,
  files: 14,
  files_loaded: 14,
  files_failed: 0,
  files_left_out: 0,
  files_mismatched: 0,
  expected: 48210,
  lines: 48210,
  accepted: 48210,
  cancel_requested: false,
  delay_seconds: 5,
  disabled: false,
  ok: true,
};

/**
 * One value that a schema allows: the field's own where it has a known name and the schema takes it,
 * else the default, the first of what may be, or the plainest of its kind.
 * @param only of an object that comes in: the optional fields that are shown beside the required ones
 */
export function exampleOf(
  schema: JsonSchema,
  resolve: (ref: string) => JsonSchema,
  name = "",
  only?: readonly string[],
  depth = 0,
): unknown {
  if (schema.$ref) return exampleOf(resolve(schema.$ref), resolve, name, only, depth);
  const known = values[name];
  if (known !== undefined && allows(schema, known, resolve)) return known;
  const types = typesOf(schema);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const several = schema.anyOf ?? schema.oneOf;
  if (several) {
    const first = several.find((one) => one.type !== "null") ?? several[0];
    return first ? exampleOf(first, resolve, name, only, depth) : null;
  }
  switch (types.find((type) => type !== "null")) {
    case "array":
      return depth < 12
        ? listOf(schema, (item) => exampleOf(item, resolve, singular(name), undefined, depth + 1))
        : [];
    case "object": {
      const all = Object.entries(schema.properties ?? {});
      const shown = all.filter(
        ([field]) =>
          !only ||
          schema.required?.includes(field) ||
          // A configuration says the rest by itself.
          (only.includes(field) && (field === "config" || !schema.properties?.config)),
      );
      return Object.fromEntries(
        shown.map(([field, inner]) => [
          field,
          exampleOf(inner, resolve, field, undefined, depth + 1),
        ]),
      );
    }
    case "integer":
    case "number":
      return /bytes/.test(name) ? 1_048_576 : Math.max(schema.minimum ?? 0, 0);
    case "boolean":
      return true;
    case "string":
      if (schema.format === "uuid") return values.job_id;
      if (schema.format === "date-time") return "2026-11-23T09:30:00.000Z";
      if (schema.format === "date") return "2026-11-23";
      return types.includes("null") ? null : "…";
    default:
      return null;
  }
}

/** A list of one, or of as many as it must hold. */
const listOf = ({ items, prefixItems, minItems }: JsonSchema, one: (item: JsonSchema) => unknown) =>
  prefixItems?.map(one) ??
  (items ? Array.from({ length: Math.max(minItems ?? 1, 1) }, () => one(items)) : []);

const typesOf = ({ type }: JsonSchema): string[] =>
  type === undefined ? [] : Array.isArray(type) ? type : [type];

const singular = (name: string) => name.replace(/ies$/, "y").replace(/s$/, "");

/** Does the value fit, as far as types, formats and choices go? */
function allows(schema: JsonSchema, value: unknown, resolve: (ref: string) => JsonSchema): boolean {
  if (schema.$ref) return allows(resolve(schema.$ref), value, resolve);
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.some((one) => allows(one, value, resolve));
  if (schema.enum) return schema.enum.includes(value);
  const types = typesOf(schema);
  if (value === null) return types.length === 0 || types.includes("null");
  switch (types.find((type) => type !== "null")) {
    case "string":
      if (typeof value !== "string") return false;
      if (schema.format === "uuid") return /^[0-9a-f-]{36}$/.test(value);
      if (schema.format === "date-time") return /^\d{4}-\d\d-\d\dT/.test(value);
      return schema.format !== "date" || /^\d{4}-\d\d-\d\d$/.test(value);
    case "integer":
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "array": {
      const { items } = schema;
      return Array.isArray(value) && value.every((one) => !items || allows(items, one, resolve));
    }
    case "object": {
      if (typeof value !== "object" || Array.isArray(value)) return false;
      const given = value as Record<string, unknown>;
      return (schema.required ?? []).every((field) => {
        const inner = schema.properties?.[field];
        return field in given && (!inner || allows(inner, given[field], resolve));
      });
    }
    default:
      return types.length === 0;
  }
}
