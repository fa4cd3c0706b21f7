import { z } from "zod";
import { ExportRequest, KickOffBody } from "./export-request";
import { queryNumber } from "./query-number";

/** The status words of the HTTP API; `in-progress`: the server prepares; `downloading`: files arrive and load. */
export const JobStatus = z.enum([
  "queued",
  "in-progress",
  "downloading",
  "completed",
  "failed",
  "cancelled",
]);
export type JobStatus = z.infer<typeof JobStatus>;

/** kick-off → poll → download → load → done: the folder, the database value and the word are the same. */
export const JobStage = z.enum([
  "kickoff",
  "poll",
  "download",
  "load",
  "done",
  "failed",
  "cancelled",
]);
export type JobStage = z.infer<typeof JobStage>;

/** What went wrong, for people (`message`) and for the browser's own language (`code`, `params`). */
export const JobError = z.object({
  code: z.string(),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  /** the server's raw answer, shortened; absent where there was none */
  evidence: z.record(z.string(), z.unknown()).optional(),
  /** the next try, where the server itself asked to be left alone until then */
  asked_until: z.iso.datetime().optional(),
});
export type JobError = z.infer<typeof JobError>;

/** A file's way; only `loaded` and `failed` are ends. */
export const FileState = z.enum([
  "pending",
  "downloading",
  "downloaded",
  "loading",
  "loaded",
  "failed",
]);
export type FileState = z.infer<typeof FileState>;

/** One output, error or deleted file of the manifest, with the sum that must hold: expected = accepted + duplicates + rejected. */
export const FileView = z.object({
  file_no: z.number().int(),
  kind: z.enum(["output", "error", "deleted"]),
  type: z.string().nullable(),
  url: z.string(),
  state: FileState,
  /** the manifest's count; null where the server gives none */
  expected: z.number().int().nullable(),
  lines: z.number().int(),
  accepted: z.number().int(),
  duplicates: z.number().int(),
  rejected: z.number().int(),
  size_bytes: z.number().int(),
  loaded_bytes: z.number().int(),
  attempts: z.number().int(),
  /** tries of its download or load that failed, also those that are made good */
  retries: z.number().int(),
  /** bytes a second of its download, the present one or the last; null where that took no time */
  bytes_per_second: z.number().nullable(),
  download_started_at: z.iso.datetime().nullable(),
  downloaded_at: z.iso.datetime().nullable(),
  load_started_at: z.iso.datetime().nullable(),
  loaded_at: z.iso.datetime().nullable(),
  error: JobError.nullable(),
});
export type FileView = z.infer<typeof FileView>;

/**
 * Did everything arrive? `unknown` while running or where the server gave no counts.
 * complete: every file loaded, every manifest count met, nothing rejected, no error outcomes.
 */
export const Completeness = z.enum(["complete", "incomplete", "unknown"]);
export type Completeness = z.infer<typeof Completeness>;

/** Sums over the job's output files. */
export const JobTotals = z.object({
  files: z.number().int(),
  files_loaded: z.number().int(),
  files_failed: z.number().int(),
  /** sum of the manifest counts; null while any file has none */
  expected: z.number().int().nullable(),
  lines: z.number().int(),
  accepted: z.number().int(),
  duplicates: z.number().int(),
  rejected: z.number().int(),
  size_bytes: z.number().int(),
  /** issues of severity error or fatal in the manifest's error files */
  server_errors: z.number().int(),
});
export type JobTotals = z.infer<typeof JobTotals>;

/**
 * What a job of an incremental export is for (Bulk Data Access, Group Membership Request Pattern):
 * what changed, who is in the group, the whole history of who is new in it.
 */
export const JobPurpose = z.enum(["changes", "members", "new_members"]);
export type JobPurpose = z.infer<typeof JobPurpose>;

/** What the list of a group's members told, compared to those whose data is here. */
export const Membership = z.object({
  members: z.number().int(),
  joined: z.number().int(),
  left: z.number().int(),
});
export type Membership = z.infer<typeof Membership>;

/** A job in a list; `GET …/status/{job_id}` adds its files and more. */
export const JobSummary = z.object({
  job_id: z.uuid(),
  batch_id: z.uuid().nullable(),
  status: JobStatus,
  stage: JobStage,
  /** how the data comes: by bulk export, or by FHIR search over the group's members */
  mode: z.enum(["bulk", "search"]),
  /** why it is search: what the server said; null where it was chosen */
  mode_reason: z.string().nullable(),
  /** one sentence in English for scripts; the browser builds its own from the numbers */
  progress: z.string(),
  /** the server's X-Progress */
  server_progress: z.string().nullable(),
  /** 0…1 where it can be known, else null */
  progress_ratio: z.number().nullable(),
  status_url: z.string().nullable(),
  connection_id: z.uuid().nullable(),
  connection_name: z.string(),
  fhir_base_url: z.string(),
  level: z.enum(["system", "patient", "group"]),
  group_id: z.string().nullable(),
  group_name: z.string().nullable(),
  resource_types: z.array(z.string()),
  since: z.string().nullable(),
  /** null: an export by itself */
  purpose: JobPurpose.nullable(),
  /** of purpose "members", once it is known */
  membership: Membership.nullable(),
  /** how many patients were named; null: all */
  patients: z.number().int().nullable(),
  /** how many the server's group had when the export was started; null: not told */
  group_patients: z.number().int().nullable(),
  /** rows that are in the database now = totals.accepted */
  records_loaded: z.number().int(),
  totals: JobTotals,
  /** lines loaded a second in the last minute; null while nothing loads */
  records_per_second: z.number().nullable(),
  completeness: Completeness,
  error: z.string().nullable(),
  failure: JobError.nullable(),
  /** English, for scripts; the browser renders `warning_code` (messages namespace "warnings") */
  warning: z.string().nullable(),
  warning_code: z
    .enum(["empty-group", "empty-export", "attachments-failed", "patients-ignored"])
    .nullable(),
  /** the next attempt or kick-off, while the job waits */
  next_run_at: z.iso.datetime().nullable(),
  attempts: z.number().int(),
  cancel_requested: z.boolean(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  kicked_off_at: z.iso.datetime().nullable(),
  prepared_at: z.iso.datetime().nullable(),
  downloaded_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  transaction_time: z.iso.datetime().nullable(),
});
export type JobSummary = z.infer<typeof JobSummary>;

/** found = pending + downloaded + left + failed */
export const AttachmentSums = z.object({
  found: z.number().int(),
  pending: z.number().int(),
  downloaded: z.number().int(),
  /** not fetched: the export did not ask for attachments, or its limits leave them out */
  left: z.number().int(),
  left_too_large: z.number().int(),
  left_other_type: z.number().int(),
  failed: z.number().int(),
  /** of those downloaded */
  bytes: z.number().int(),
});
export type AttachmentSums = z.infer<typeof AttachmentSums>;

/** `GET /api/bulk-data/status/{job_id}` (and the body that kick-off, retry and resume answer with). */
export const JobDetail = JobSummary.extend({
  /** in the manifest's order; of more than 1,000 those first that failed, then those under way */
  files: z.array(FileView),
  /** files that are not in `files`; none with `?files=all` */
  files_left_out: z.number().int(),
  /** lines that were rejected, of error and deleted files too */
  rejected_lines: z.number().int(),
  /** loaded files whose lines are not as many as the manifest announced */
  files_mismatched: z.number().int(),
  /** the output files added up by type, most lines first; null: the manifest names none */
  types: z.array(
    z.object({
      type: z.string().nullable(),
      files: z.number().int(),
      files_failed: z.number().int(),
      lines: z.number().int(),
      accepted: z.number().int(),
      duplicates: z.number().int(),
      rejected: z.number().int(),
      expected: z.number().int().nullable(),
    }),
  ),
  /** documents that resources name by their address; null: not looked for yet */
  attachments: AttachmentSums.nullable(),
  /** of those that failed at most 100 */
  attachments_failed: z.array(
    z.object({
      type: z.string(),
      id: z.string(),
      place: z.number().int(),
      url: z.string(),
      error: JobError,
    }),
  ),
  request: ExportRequest,
  /** null while there is none, and of more than 1,000 files unless `?files=all` asks for it */
  manifest: z.unknown().nullable(),
  /** worst first, at most 200 */
  outcomes: z.array(
    z.object({
      file_no: z.number().int(),
      severity: z.string(),
      code: z.string(),
      diagnostics: z.string().nullable(),
    }),
  ),
  /** DELETE entries that the server sent */
  deletions: z.number().int(),
  /** from when on an export of changes with the same parameters would ask; null: none can begin here */
  changes_since: z.iso.datetime().nullable(),
  can: z.object({ cancel: z.boolean(), retry: z.boolean(), purge: z.boolean() }),
  /** why not, of what cannot be done now */
  cannot: z.object({
    cancel: z.enum(["ended"]).optional(),
    retry: z.enum(["running", "completed", "cancelled", "no-connection"]).optional(),
    again: z.enum(["no-connection", "part-of-changes"]).optional(),
    changes: z
      .enum(["running", "no-connection", "not-whole", "empty-group", "part", "no-time"])
      .optional(),
    purge: z.enum(["running"]).optional(),
  }),
});
export type JobDetail = z.infer<typeof JobDetail>;

/** Query of `GET /api/bulk-data/jobs`. */
export const JobListQuery = z.object({
  page: queryNumber(z.coerce.number().int().min(1).default(1)),
  page_size: queryNumber(z.coerce.number().int().min(1).max(200).default(25)),
  status: z.preprocess(
    (value) => (typeof value === "string" ? value.split(",").filter(Boolean) : value),
    z.array(JobStatus).optional(),
  ),
  connection_id: z.uuid().optional(),
  group_id: z.string().optional(),
  batch_id: z.uuid().optional(),
  /** part of group, connection or job id */
  q: z.string().max(200).optional(),
  sort: z
    .enum(["created_at", "group", "connection", "status", "duration", "files", "records", "who"])
    .default("created_at"),
  order: z.enum(["asc", "desc"]).default("desc"),
});
export type JobListQuery = z.infer<typeof JobListQuery>;

/** `GET /api/bulk-data/jobs`. */
export const JobList = z.object({
  jobs: z.array(JobSummary),
  total: z.number().int(),
  page: z.number().int(),
  page_size: z.number().int(),
});
export type JobList = z.infer<typeof JobList>;

/** Jobs that were started together, added up. */
export const BatchView = z.object({
  batch_id: z.uuid(),
  jobs: z.number().int(),
  /** how many are in each status; those with none are left out */
  statuses: z.partialRecord(JobStatus, z.number().int()),
  /** completed jobs of which something is missing */
  incomplete: z.number().int(),
  /** complete: all of them; incomplete: any of them */
  completeness: Completeness,
  connection_id: z.uuid().nullable(),
  connection_name: z.string(),
  /** the groups' names, the first three */
  groups: z.array(z.string()),
  files: z.number().int(),
  files_loaded: z.number().int(),
  /** of jobs that have ended what is in the database, of others what was read so far; no lists of members */
  records: z.number().int(),
  /** 0…1 */
  progress_ratio: z.number(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  /** null while any job runs */
  ended_at: z.iso.datetime().nullable(),
});
export type BatchView = z.infer<typeof BatchView>;

/** `GET /api/exports`: as the list of jobs, with those that were started together as one. */
export const ExportList = z.object({
  exports: z.array(
    z.union([
      z.object({ job: JobSummary, batch: z.null() }),
      z.object({ job: z.null(), batch: BatchView }),
    ]),
  ),
  total: z.number().int(),
  /** jobs in all of them */
  jobs: z.number().int(),
  page: z.number().int(),
  page_size: z.number().int(),
});
export type ExportList = z.infer<typeof ExportList>;

/** Query of `GET /api/bulk-data/jobs/{job_id}/files`. */
export const FileListQuery = z.object({
  page: queryNumber(z.coerce.number().int().min(1).default(1)),
  page_size: queryNumber(z.coerce.number().int().min(1).max(200).default(25)),
  states: z.preprocess(
    (value) => (typeof value === "string" ? value.split(",").filter(Boolean) : value),
    z.array(FileState).optional(),
  ),
  /** a resource type, or "error" and "deleted" for those files of the manifest */
  type: z.string().max(64).optional(),
  /** those alone whose lines are not what the manifest announced, that failed, or with rejected lines */
  amiss: z
    .enum(["true", "false"])
    .optional()
    .transform((value) => value === "true"),
  sort: z
    .enum([
      "file_no",
      "type",
      "state",
      "expected",
      "accepted",
      "duplicates",
      "rejected",
      "bytes",
      "speed",
      "retries",
    ])
    .default("file_no"),
  order: z.enum(["asc", "desc"]).default("asc"),
});
export type FileListQuery = z.infer<typeof FileListQuery>;

/** `GET /api/bulk-data/jobs/{job_id}/files`. */
export const FileList = z.object({
  files: z.array(FileView),
  total: z.number().int(),
  /** the sum of all that fit */
  retries: z.number().int(),
  /** what the filter can ask for: every type of the job */
  types: z.array(z.string()),
  page: z.number().int(),
  page_size: z.number().int(),
});
export type FileList = z.infer<typeof FileList>;

/** `GET /api/bulk-data/jobs/{job_id}/throughput`: evenly long spans, those without anything among them. */
export const Throughput = z.object({
  step_seconds: z.number().int(),
  points: z.array(
    z.object({
      /** the span's beginning */
      at: z.iso.datetime(),
      /** shorter than `step_seconds` where the job is in it now */
      seconds: z.number(),
      records: z.number().int(),
      loaded_bytes: z.number().int(),
      received_bytes: z.number().int(),
    }),
  ),
});
export type Throughput = z.infer<typeof Throughput>;

/** `GET /api/bulk-data/jobs/{job_id}/size`: what removing the job frees. */
export const JobSize = z.object({
  records: z.number().int(),
  rejected_lines: z.number().int(),
  /** of its rows with their indexes, as PostgreSQL says */
  database_bytes: z.number().int(),
  disk_files: z.number().int(),
  disk_bytes: z.number().int(),
});
export type JobSize = z.infer<typeof JobSize>;

/** `GET /api/bulk-data/jobs/{job_id}/rejected-lines`. */
export const RejectedLineList = z.object({
  lines: z.array(
    z.object({
      file_no: z.number().int(),
      type: z.string().nullable(),
      line_no: z.number().int(),
      byte_offset: z.number().int(),
      size_bytes: z.number().int(),
      reason_code: z.string(),
      reason: z.string(),
      /** the first 64 KB of the line, undecodable bytes replaced */
      line: z.string(),
    }),
  ),
  total: z.number().int(),
  page: z.number().int(),
  page_size: z.number().int(),
});
export type RejectedLineList = z.infer<typeof RejectedLineList>;

/** `GET /api/bulk-data/jobs/{job_id}/events`. */
export const EventList = z.object({
  events: z.array(
    z.object({
      id: z.number().int(),
      at: z.iso.datetime(),
      event: z.string(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
  /** how many there are that fit, wherever they stand */
  total: z.number().int(),
});
export type EventList = z.infer<typeof EventList>;

/**
 * `POST /api/bulk-data/resume`: a failed job of ours by its `job_id` (what arrived is kept), or an
 * export that runs at the server already, by its `status_url` with the credentials of a kick-off.
 * `fhir_server_url` is guessed from the status URL where it is absent.
 */
export const ResumeBody = KickOffBody.partial({ fhir_server_url: true }).extend({
  job_id: z.uuid().optional(),
  status_url: z.string().min(1).max(2048).optional(),
});
export type ResumeBody = z.infer<typeof ResumeBody>;

/** `[jobId]` in the path. */
export const JobParams = z.object({ jobId: z.uuid() });
export type JobParams = z.infer<typeof JobParams>;

/** Query of `GET …/status/{job_id}`. */
export const StatusQuery = z.object({ files: z.enum(["some", "all", "none"]).default("some") });
export type StatusQuery = z.infer<typeof StatusQuery>;

/** `[batchId]` in the path. */
export const BatchParams = z.object({ batchId: z.uuid() });
export type BatchParams = z.infer<typeof BatchParams>;

/** Query of `DELETE /api/bulk-data/jobs/{job_id}`. */
export const RemoveJobQuery = z.object({
  purge: z
    .enum(["true", "false"])
    .optional()
    .transform((value) => value === "true"),
});
export type RemoveJobQuery = z.infer<typeof RemoveJobQuery>;

/** `DELETE /api/bulk-data/jobs/{job_id}`: the job as it is being cancelled, or that it is gone. */
export const RemoveJobAnswer = z.union([
  JobDetail,
  z.object({ job_id: z.uuid(), purged: z.literal(true) }),
]);
export type RemoveJobAnswer = z.infer<typeof RemoveJobAnswer>;

/** Query of `GET …/rejected-lines`. */
export const RejectedLinesQuery = z.object({
  page: queryNumber(z.coerce.number().int().min(1).default(1)),
  page_size: queryNumber(z.coerce.number().int().min(1).max(200).default(25)),
  format: z.enum(["json", "ndjson"]).default("json"),
});
export type RejectedLinesQuery = z.infer<typeof RejectedLinesQuery>;

/** Query of `GET …/events`: without `after` the newest lines, in order all the same. */
export const EventsQuery = z.object({
  after: queryNumber(z.coerce.number().int().min(0).optional()),
  limit: queryNumber(z.coerce.number().int().min(1).max(5000).default(1000)),
  /** problems: what failed; server: kick-off and status; files: downloads and loads */
  about: z.enum(["all", "problems", "server", "files"]).default("all"),
  /** part of an event's name or details */
  q: z.string().max(200).optional(),
  /** names of events that count as found by `q` too: a reader's own words for them */
  named: z.string().max(2000).optional(),
});
export type EventsQuery = z.infer<typeof EventsQuery>;
