import { z } from "zod";

const times = z.number().int().min(0);
const places = ["discovery", "metadata", "token", "groups", "kickoff", "status", "file"] as const;

/** What goes wrong, or is only different, when an export is asked for. */
const kickOff = {
  /**
   * The version spoken: parameters, methods, lists and the manifest's shape. v1, v2, v3 are as
   * published; v4 is the 4.0.0 ballot (POST only, no comma lists). Without it all of v1 to v3 is taken.
   */
  dialect: z.enum(["v1", "v2", "v3", "v4"]).optional(),
  /** The one form of lists that is taken; the other gets 400 with an OperationOutcome. */
  lists: z.enum(["repeated", "comma"]).optional(),
  /** The one method that is taken; the other gets 405. */
  kickoffMethod: z.enum(["GET", "POST"]).optional(),
  /** Parameters that are taken and not obeyed: told by a warning in the manifest. */
  kickoffIgnores: z.array(z.string()).optional(),
  /** The same, but nothing tells. */
  kickoffIgnoresSilently: z.array(z.string()).optional(),
  /** Parameters that get 400; under `Prefer: handling=lenient` they are ignored with a warning. */
  kickoffRefuses: z.array(z.string()).optional(),
  /** The next n kick-offs answer 429 with Retry-After. */
  kickoff429: times.optional(),
  /** The next n kick-offs answer 500. */
  kickoff500: times.optional(),
  /** The next n kick-offs answer 503, without an OperationOutcome. */
  kickoff503: times.optional(),
  /** Every kick-off answers 500 with this text. */
  kickoffError: z.string().optional(),
  /** More exports than this at once: 429 with Retry-After. An export counts until it is complete. */
  exportsAtOnce: times.optional(),
  /** With exportsAtOnce: an export counts until the client deletes it. */
  exportsUntilDeleted: z.boolean().optional(),
  /** There is no $export: this status, with an OperationOutcome. */
  exportMissing: z
    .union([z.literal(403), z.literal(404), z.literal(405), z.literal(501)])
    .optional(),
  /** The CapabilityStatement does not name $export. */
  exportUnlisted: z.boolean().optional(),
  /** Too many files: 413 with the bare text (true, "text") or with an OperationOutcome, 413 or 500. */
  tooManyFiles: z
    .union([z.boolean(), z.enum(["text", "outcome413", "outcome500", "outcome400"])])
    .optional(),
  /** Where tooManyFiles is said: "status" (default) or "kickoff". */
  tooManyFilesAt: z.enum(["status", "kickoff"]).optional(),
  /** tooManyFiles is said only of exports with more files (at kick-off: more types) than this. */
  tooManyFilesAbove: times.optional(),
  /** Content-Location is a path, or is not there. */
  contentLocation: z.enum(["relative", "missing"]).optional(),
  /** X-Export-Status is used: never, or unasked; without it when the client prefers it. */
  separateStatus: z.enum(["never", "always"]).optional(),
};

const signIn = {
  /** The token endpoint refuses, as the recorded servers do. */
  token: z
    .enum(["invalidClient", "registrationExpired", "scopeRefused", "wrongAudience", "serverError"])
    .optional(),
  /** How often `token` strikes; without it, always. */
  tokenTimes: times.optional(),
  /** The next n requests with a token answer 401, as if it had expired. */
  unauthorized: times.optional(),
  /** Life of the tokens given out from now on. */
  tokenSeconds: z.number().min(0).optional(),
  /** expires_in is a string, or is not there. */
  expiresIn: z.enum(["string", "missing"]).optional(),
  /** Only scopes of this version are listed and taken. */
  scopeVersion: z.enum(["v1", "v2"]).optional(),
  /** Tokens open these types only, whatever was asked; the answer's scope says so. */
  grantedTypes: z.array(z.string()).optional(),
  /** The only signature algorithms that are listed and taken. */
  algorithms: z.array(z.enum(["RS384", "ES384"])).optional(),
  /** A client's JWKS by URL is fetched anew only after so long; without it, at every sign-in. */
  jwksCacheSeconds: z.number().min(0).optional(),
  /** No sign-in at all: this token, given by hand, opens everything; no other does. */
  bearerToken: z.string().optional(),
  /** An open server that asks for no token. */
  open: z.boolean().optional(),
  /** smart-configuration is missing (404) or holds the token endpoint alone. */
  smartConfiguration: z.enum(["missing", "bare"]).optional(),
};

const polling = {
  /** The next n status requests answer 500 with a transient OperationOutcome. */
  status500: times.optional(),
  /** The next n status requests answer 429 with Retry-After. */
  status429: times.optional(),
  /** The next n status requests answer 502 with an HTML page. */
  status502: times.optional(),
  /** The next n status requests answer 503 with Retry-After and no body. */
  status503: times.optional(),
  /** The next n status requests answer 504 with plain text. */
  status504: times.optional(),
  /** How Retry-After is written: seconds, HTTP-date, (wrongly) a moment since 1970, or not at all. */
  retryAfterForm: z.enum(["seconds", "date", "epoch", "epochMs", "missing"]).optional(),
  /** The delay that Retry-After asks for. */
  retryAfterSeconds: z.number().min(0).optional(),
  /** How long an export takes to prepare. */
  preparationMs: z.number().min(0).optional(),
  /** Exports do not get on: X-Progress never changes. */
  stalled: z.boolean().optional(),
  /** X-Progress is this text; the empty text leaves it out. */
  xProgress: z.string().optional(),
  /** The status URL answers 500 with this text in a lasting (not transient) OperationOutcome. */
  exportError: z.string().optional(),
  /** These requests are sent elsewhere. */
  redirect: z.array(z.enum(["kickoff", "status", "file"])).optional(),
  /** By this status (307). */
  redirectCode: z.union([z.literal(302), z.literal(307), z.literal(308)]).optional(),
  /**
   * To another path (the default), or to the sandbox's other origin, where links need no token and
   * a request that brings one is refused with 400, as storage services do.
   */
  redirectTo: z.enum(["path", "host"]).optional(),
  /** DELETE at the status URL answers this status instead of 202. */
  deleteStatus: z.number().int().min(200).max(599).optional(),
  /** Answers an HTML page where JSON or NDJSON belongs. */
  html: z.array(z.enum(places)).optional(),
  /** How often `html` strikes; without it, always. */
  htmlTimes: times.optional(),
  /** The page's status (200). */
  htmlStatus: z.number().int().min(200).max(599).optional(),
};

const manifest = {
  /** These types cannot be produced: manifest.error has a file for each, output has none. */
  failedTypes: z.array(z.string()).optional(),
  /** More OperationOutcomes in error (v4: outcome), one line each in one file. */
  outcomes: z
    .array(
      z.strictObject({
        severity: z.enum(["fatal", "error", "warning", "information"]),
        code: z.string().optional(),
        text: z.string(),
      }),
    )
    .optional(),
  /** Added to every count in the manifest; the files stay as they are. */
  wrongCount: z.number().int().optional(),
  /** Fields left out of the manifest; "count" of its items. */
  manifestWithout: z
    .array(
      z.enum([
        "transactionTime",
        "request",
        "requiresAccessToken",
        "output",
        "deleted",
        "error",
        "count",
      ]),
    )
    .optional(),
  /** Nothing is found: output is []. */
  emptyOutput: z.boolean().optional(),
  /** Fields that no version knows, everywhere. */
  unknownFields: z.boolean().optional(),
  /** How links are written: path from the root, relative to the status URL, or at another origin. */
  links: z.enum(["rooted", "relative", "otherHost"]).optional(),
  /** Files on a page of the manifest, whether or not partial manifests were asked for. */
  manifestPage: z.number().int().min(1).optional(),
  /** With allowPartialManifests: from half of the preparation on 202 brings the first page. */
  earlyManifest: z.boolean().optional(),
  /** Larger outputs of one type are split. */
  resourcesPerFile: z.number().int().min(1).optional(),
};

const download = {
  /** Says so in the manifest. false: files need no token, and one that brings it gets 400. */
  requiresAccessToken: z.boolean().optional(),
  /** Files flow at this many bytes a second. */
  slowFiles: z.number().positive().optional(),
  /** The next n file downloads break off, halfway (in the middle of a line) or after cutAfterBytes. */
  cutFile: times.optional(),
  cutAfterBytes: times.optional(),
  /** The next n file downloads end cleanly after half of the lines: only the count betrays it. */
  shortFile: times.optional(),
  /** The next n file downloads fall silent halfway, with the connection open. */
  hangFile: times.optional(),
  /** The next n file downloads answer 500. */
  file500: times.optional(),
  /** The next n file downloads answer 503 with Retry-After. */
  file503: times.optional(),
  /** The next n file downloads answer 429 with Retry-After. */
  file429: times.optional(),
  /** More downloads than this at once: 429 with Retry-After. */
  downloadsAtOnce: times.optional(),
  /** Every file (or the next `fileGoneTimes`) has expired. */
  fileGone: z.union([z.literal(401), z.literal(403), z.literal(404), z.literal(410)]).optional(),
  fileGoneTimes: times.optional(),
  /** Links of manifests read before this was set answer so; those of a manifest read since work. */
  expiredLinks: z
    .union([z.literal(401), z.literal(403), z.literal(404), z.literal(410)])
    .optional(),
  /** Links die so long after their manifest was read (with the status of expiredLinks, or 403). */
  linkSeconds: z.number().min(0).optional(),
  /** Never compresses. */
  noGzip: z.boolean().optional(),
  /**
   * Range is ignored (200, the whole), refused (416), answered from another offset, honestly
   * ("otherOffset") or with a Content-Range that lies ("lying"), or without Content-Range. Else honoured.
   */
  range: z.enum(["ignored", "refused", "otherOffset", "lying", "noContentRange"]).optional(),
  /** ETag is weak, missing, or another at every answer. */
  etag: z.enum(["weak", "missing", "changing"]).optional(),
  /** Every further download has other bytes for the same resources, with a new ETag or the same. */
  changingFiles: z.enum(["newEtag", "sameEtag"]).optional(),
  /** Content-Type of files. */
  fileContentType: z.string().optional(),
  /** Lines end so; "none" leaves out the last break. */
  lineEnd: z.enum(["crlf", "none"]).optional(),
  /** Line k of each file (from 1) is not JSON. */
  badLine: z.number().int().min(1).optional(),
  /** Line k of each file (from 1) is of another resource type. */
  wrongTypeLine: z.number().int().min(1).optional(),
  /** Line hugeLine of each file (from 1) has at least hugeLineBytes (20 MB) bytes, all of it valid. */
  hugeLine: z.number().int().min(1).optional(),
  hugeLineBytes: z.number().int().min(1).optional(),
  /** All patients of an export, with everything of theirs, come r times. */
  duplicateLines: z.number().int().min(1).optional(),
  /** The next n attachments answer 500, or 429. */
  attachment500: times.optional(),
  attachment429: times.optional(),
  /** Every attachment has this many bytes, whatever its size says. */
  attachmentBytes: times.optional(),
};

const search = {
  /** Search and read answer this status, with an OperationOutcome (Group reads stay). */
  searchForbidden: z
    .union([z.literal(403), z.literal(404), z.literal(405), z.literal(501)])
    .optional(),
  /** searchForbidden is meant for these types only. */
  searchForbiddenTypes: z.array(z.string()).optional(),
  /** Search parameters that are ignored in silence, even under strict handling: everybody's rows. */
  searchIgnores: z.array(z.string()).optional(),
  /** The self link repeats what was asked, ignored parameters included. */
  selfLinkEchoes: z.boolean().optional(),
  /** Search parameters that get 400 and are not in the CapabilityStatement. */
  searchRefuses: z.array(z.string()).optional(),
  /** Types that cannot be searched without one of these parameters: 400, e.g. {Observation: ["category"]}. */
  searchDemands: z.record(z.string(), z.array(z.string())).optional(),
  /** GET of a search gets 405: only POST [type]/_search works. */
  searchPostOnly: z.boolean().optional(),
  /** The next n searches answer 429 with Retry-After, 500 (transient), or 503. */
  search429: times.optional(),
  search500: times.optional(),
  search503: times.optional(),
  /** More searches than this at once: 429 with Retry-After. */
  searchesAtOnce: times.optional(),
  /** A search takes so long (10 ms under searchesAtOnce). */
  slowSearchMs: z.number().min(0).optional(),
  /** Pages are no longer than this, whatever _count says. */
  largestPage: z.number().int().min(1).optional(),
  /** The next link: a bare token (needs nothing else), relative, or (wrongly) the same page again. */
  nextLink: z.enum(["opaque", "relative", "loop"]).optional(),
  /** Every page has an OperationOutcome entry with search.mode "outcome". */
  searchOutcome: z.boolean().optional(),
  /** Bundle.total is never told. */
  noTotal: z.boolean().optional(),
  /**
   * Where a group's members are: in groups nested in it, in nested groups that name it again
   * ("cycle"), nowhere since a rule decides ("criteria"; `_has:Group:member:_id` and an export find
   * them), or hidden (403).
   */
  membership: z.enum(["nested", "cycle", "criteria", "forbidden"]).optional(),
  /** So many patients of another group stand in the member list as inactive, then as ended. */
  inactiveMembers: times.optional(),
};

const time = {
  /**
   * The server's present: nothing later is there, transactionTime is this moment. A Patient that
   * changes later is there in an older version.
   */
  now: z.iso.datetime({ offset: true }).optional(),
  /** Share of the resources (Patients apart) that get deleted, some days after their last change. */
  deletedShare: z.number().min(0).max(1).optional(),
  /** The last n patients of each group have not joined it yet (one always stays). */
  newMembers: times.optional(),
};

/**
 * Everything in which the sandbox can differ from a good server, set at start, through the handle's
 * `faults`, or by `PUT /control/faults`. All off by default, and all can be combined. "The next n"
 * counts from the moment the object is set; setting it again starts anew. Add one by adding a field
 * here and asking for it where it bites.
 */
export const FaultSettings = z.strictObject({
  ...kickOff,
  ...signIn,
  ...polling,
  ...manifest,
  ...download,
  ...search,
  ...time,
});
export type FaultSettings = z.infer<typeof FaultSettings>;

/** A place where an HTML page may come. */
export type HtmlPlace = (typeof places)[number];
