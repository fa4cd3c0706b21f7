import { z } from "zod";
import { queryNumber } from "./query-number";

/** Of which job: the one named, or the newest that holds anything of the patient. */
export const PatientQuery = z.object({
  job: z.uuid().optional(),
  /**
   * `job`: what that job brought. `current`: of each resource the newest version across the jobs of the
   * same source (`current_…` in the database). Without it `job` where a job is named, else `current`.
   */
  state: z.enum(["job", "current"]).optional(),
});
export type PatientQuery = z.infer<typeof PatientQuery>;

/** `/api/data/patients/{id}/…` */
export const PatientParams = z.object({ id: z.string().min(1).max(2048) });
export type PatientParams = z.infer<typeof PatientParams>;

/** A job that holds something of the patient. */
export const PatientJob = z.object({
  job_id: z.uuid(),
  /** jobs of one source (the same server and group) have the same; null: makes no current state */
  source_no: z.number().int().nullable(),
  connection_name: z.string(),
  level: z.enum(["system", "patient", "group"]),
  group_id: z.string().nullable(),
  group_name: z.string().nullable(),
  created_at: z.iso.datetime(),
  /** the job has ended and all of its rows are here */
  settled: z.boolean(),
  since: z.string().nullable(),
  /** rows of this patient */
  records: z.number().int(),
});
export type PatientJob = z.infer<typeof PatientJob>;

/** `GET /api/data/patients/{id}/jobs`: newest first. */
export const PatientJobs = z.object({ jobs: z.array(PatientJob) });
export type PatientJobs = z.infer<typeof PatientJobs>;

const instant = z.iso.datetime().nullable();
const word = z.string().nullable();
/** With the patient's id it finds the resource's JSON, file and line. */
const key = { job_id: z.uuid(), id: z.string() };

/** The first of `total`. */
const listed = <T extends z.ZodType>(row: T) =>
  z.object({ total: z.number().int(), rows: z.array(row) });

/** As its columns say; times in UTC. */
export const PatientEncounter = z.object({
  ...key,
  status: word,
  class_code: word,
  type_display: word,
  start_at: instant,
  end_at: instant,
});
export type PatientEncounter = z.infer<typeof PatientEncounter>;

/** As its columns say; which are active the server tells by where it lists them. */
export const PatientCondition = z.object({
  ...key,
  code_system: word,
  code: word,
  code_display: word,
  clinical_status: word,
  verification_status: word,
  onset_at: instant,
  abatement_at: instant,
  recorded_at: instant,
  encounter_id: word,
});
export type PatientCondition = z.infer<typeof PatientCondition>;

/** A MedicationRequest as its columns say. */
export const PatientMedication = z.object({
  ...key,
  medication_system: word,
  medication_code: word,
  medication_display: word,
  status: word,
  intent: word,
  authored_at: instant,
  encounter_id: word,
});
export type PatientMedication = z.infer<typeof PatientMedication>;

/** A resource of any other type. */
export const PatientResource = z.object({
  ...key,
  type: z.string(),
  code_system: word,
  code: word,
  code_display: word,
  status: word,
  occurred_at: instant,
  encounter_id: word,
});
export type PatientResource = z.infer<typeof PatientResource>;

/** One thing that is measured in one unit; of a panel (blood pressure) its parts side by side. */
export const PatientMeasurement = z.object({
  code_system: word,
  code: word,
  display: word,
  category: word,
  unit: word,
  lines: z.array(
    z.object({
      code: word,
      display: word,
      /** dated values in all */
      total: z.number().int(),
      /** the newest of them, oldest first: [milliseconds since 1970, value] */
      points: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
  /** the newest value's resource */
  last: z.object(key),
  /** its reference range, of a measurement that is no panel */
  range: z.object({ low: z.number().nullable(), high: z.number().nullable() }).nullable(),
});
export type PatientMeasurement = z.infer<typeof PatientMeasurement>;

/** The newest of the values of a code that are words. */
export const PatientFinding = z.object({
  ...key,
  code_system: word,
  code: word,
  code_display: word,
  category: word,
  value_text: z.string(),
  effective_at: instant,
  /** how often it was told */
  total: z.number().int(),
});
export type PatientFinding = z.infer<typeof PatientFinding>;

/** A document that one of the patient's resources names by its address. */
export const PatientAttachment = z.object({
  ...key,
  type: z.string(),
  place: z.number().int(),
  content_type: word,
  state: z.enum(["pending", "downloaded", "left", "failed"]),
  left_reason: z.enum(["too-large", "other-type"]).nullable(),
  size_bytes: z.number().int(),
});
export type PatientAttachment = z.infer<typeof PatientAttachment>;

/** `GET /api/data/patients/{id}/summary`: all of one patient that a page shows, newest first, with totals. */
export const PatientSummary = z.object({
  patient_id: z.string(),
  shown: z.object({
    state: z.enum(["job", "current"]),
    /** of the current state: the newest job of its source that holds the patient */
    job_id: z.uuid(),
  }),
  /** null: no Patient of this id is among what is shown */
  patient: z
    .object({
      ...key,
      family_name: word,
      given_name: word,
      gender: word,
      birth_date: z.iso.date().nullable(),
      deceased: z.boolean().nullable(),
      deceased_at: instant,
      city: word,
      state: word,
      postal_code: word,
      country: word,
      identifiers: z.array(z.object({ label: word, system: word, value: z.string() })),
    })
    .nullable(),
  counts: z.array(z.object({ type: z.string(), records: z.number().int() })),
  encounters: listed(PatientEncounter),
  conditions: z.object({ active: listed(PatientCondition), past: listed(PatientCondition) }),
  medications: z.object({ active: listed(PatientMedication), past: listed(PatientMedication) }),
  /** by type */
  resources: z.array(z.object({ type: z.string(), ...listed(PatientResource).shape })),
  measurements: z.array(PatientMeasurement),
  findings: z.array(PatientFinding),
  attachments: listed(PatientAttachment),
});
export type PatientSummary = z.infer<typeof PatientSummary>;

/** One measurement over time: which is told by its code, code system and unit, as in the summary. */
export const PatientTrendQuery = PatientQuery.extend({
  code: z.string().min(1).max(2048),
  code_system: z.string().max(2048).optional(),
  unit: z.string().max(2048).optional(),
  limit: queryNumber(z.coerce.number().int().min(1).max(2000).default(500)),
});
export type PatientTrendQuery = z.infer<typeof PatientTrendQuery>;

/** `GET /api/data/patients/{id}/trend`: its values, newest first. */
export const PatientTrend = z.object({
  lines: z.array(
    z.object({
      code: word,
      display: word,
      ...listed(z.object({ ...key, at: z.iso.datetime(), value: z.number() })).shape,
    }),
  ),
});
export type PatientTrend = z.infer<typeof PatientTrend>;
