import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { AppError } from "@/lib/errors";
import { readCapability } from "@/lib/fhir/capability";
import { isObject, type Json } from "@/lib/fhir/json";
import type { SearchServer } from "@/lib/search/ask-server";
import { notesUrl, type SearchNote } from "@/lib/search/notes";
import { filtersOf, planSearch } from "@/lib/search/plan-search";
import { probeTypes } from "@/lib/search/probe-types";
import { type Members, readAllPatients, readMembers } from "@/lib/search/read-members";
import { referencesIn } from "@/lib/search/references-in";
import { isPatientType, referredTypes, usualTypes } from "@/lib/search/search-parameters";
import { readUnit, type SearchUnit, unitUrl } from "@/lib/search/search-unit";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import type { ClaimedJob } from "@/lib/store/claims";
import type { NewFile } from "@/lib/store/file-numbers";
import { storeDownloadedJob, storeKickOff, storeManifest } from "@/lib/store/job-writes";
import {
  filesOnDisk,
  type OnDisk,
  storeLoadAgain,
  storeMoreFiles,
} from "@/lib/store/search-writes";
import { bothReasons } from "./reason-to-search";
import { searchServer } from "./search-server";
import type { stageFunctions } from "./stage-functions";
import { withToken } from "./with-token";

// A job that gets its data by FHIR search, where bulk export does not work: its kick-off reads whom to
// search for and writes the files as units of work, so that everything after it (downloads, loads,
// retries, counts, cancel) is the same. Only who is in a group may have to be asked for by an export.

type Stages = typeof stageFunctions;
type Authorize = SearchServer["authorize"];

/** The kick-off of a search. @throws AppError search-unavailable where bulk export does not work either */
export async function startSearch(
  job: ClaimedJob,
  stages: Stages,
  authorize: Authorize,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await begin(job, stages, authorize, signal);
  } catch (error) {
    throw error instanceof AppError ? bothReasons(job, error) : error;
  }
}

async function begin(
  job: ClaimedJob,
  stages: Stages,
  authorize: Authorize,
  signal?: AbortSignal,
): Promise<void> {
  const server = searchServer(job, authorize, signal);
  if (job.level === "system") return await storePlan(job, stages, server, null);
  const named = job.request.patient?.map((reference) => reference.replace(/^.*Patient\//, ""));
  if (job.level === "patient") {
    const { patients, date } = named
      ? { patients: named, date: null }
      : await readAllPatients(server);
    return await storePlan(job, stages, server, { ...nobodyElse, patients, date });
  }
  const members = await readMembers(job.groupId ?? "", server);
  if (members.patients === null && !named) {
    return await exportMembers(job, stages, authorize, members.reason ?? "");
  }
  const wanted = new Set(named);
  const patients = members.patients?.filter((id) => !named || wanted.has(id)) ?? named ?? [];
  await storePlan(job, stages, server, { ...members, patients });
}

const nobodyElse = { inactive: 0, unidentified: 0, groups: 0 };

type Known = Pick<Members, "inactive" | "unidentified" | "groups" | "date"> & {
  patients: string[];
};

/**
 * The members by a small export of their ids alone (Bulk Data Access, Group Membership Request
 * Pattern): too many files, the usual reason for a search, is not to be feared of it.
 */
async function exportMembers(
  job: ClaimedJob,
  stages: Stages,
  authorize: Authorize,
  reason: string,
): Promise<void> {
  try {
    const request = { resource_types: ["Patient"], elements: ["id"] };
    const { statusUrl } = await withToken(authorize, (token) =>
      stages.kickOff({ ...job, request, token }),
    );
    await storeKickOff(job, { statusUrl, event: { requestParameters: request, reason } });
  } catch (error) {
    if (!(error instanceof AppError) || error.retryable) throw error;
    const params = { reason: `${reason} / ${error.message}` };
    throw new AppError("members-unknown", params, { cause: error, evidence: error.evidence });
  }
}

/** The export of the members is there: reads the ids out of its files, and plans the search. */
export async function planFromExport(
  job: ClaimedJob,
  manifest: {
    files: Iterable<NewFile>;
    requiresAccessToken: boolean;
    transactionTime: Date | null;
  },
  stages: Stages,
  /** the token for our server, or for an address that it named */
  authorizeFor: (to?: string) => Authorize,
  signal?: AbortSignal,
): Promise<void> {
  const patients = new Set<string>();
  let unidentified = 0;
  const target = path.join(env().BULK_DIR, job.jobId, "members.ndjson");
  await mkdir(path.dirname(target), { recursive: true });
  for (const { kind, url, resourceType } of manifest.files) {
    if (kind !== "output" || (resourceType !== null && resourceType !== "Patient")) continue;
    const fetchWith = (token: string | null) =>
      stages.fetchFile({ url, token, path: target, signal });
    if (manifest.requiresAccessToken) await withToken(authorizeFor(url), fetchWith);
    else await fetchWith(null);
    for await (const line of createInterface({ input: createReadStream(target) })) {
      if (line.trim() === "") continue;
      const resource = resourceOf(line);
      if (resource?.resourceType === "Patient" && typeof resource.id === "string") {
        patients.add(resource.id);
      } else if (resource === null || resource.resourceType === "Patient") unidentified += 1;
    }
  }
  await rm(target, { force: true });
  if (patients.size === 0 && unidentified > 0) {
    const reason = `${unidentified} lines of the exported members cannot be read`;
    throw new AppError("members-unknown", { reason });
  }
  const date = manifest.transactionTime;
  const known = { ...nobodyElse, unidentified, patients: [...patients], date };
  await storePlan(job, stages, searchServer(job, authorizeFor(), signal), known);
}

/** A line of NDJSON; null where it is none. */
function resourceOf(line: string): Json | null {
  try {
    const resource: unknown = JSON.parse(line.replace(/^\uFEFF/, ""));
    return isObject(resource) ? resource : null;
  } catch {
    return null;
  }
}

const triesForTypes = 3;

/** What was asked for; where nothing was, what the server has of a patient and of what it refers to. */
async function typesOf(job: ClaimedJob, server: SearchServer): Promise<string[]> {
  if (job.request.resource_types.length > 0) return job.request.resource_types;
  const offered = await readCapability({
    fhirBaseUrl: job.fhirBaseUrl,
    token: await server.authorize(),
    signal: server.signal,
  })
    .then(({ resourceTypes }) => resourceTypes)
    .catch((error) => {
      // What passes by itself is worth some tries: with the usual types in place of the server's own,
      // data of others would be missing without a word.
      const passes = error instanceof AppError && error.retryable && job.attempts < triesForTypes;
      if (passes || !(error instanceof AppError)) throw error;
      return [];
    });
  if (job.level === "system" && offered.length > 0) return offered;
  const known = offered.filter((type) => isPatientType(type) || referredTypes.includes(type));
  // Lists of people and times, not a patient's data.
  const listed = known.filter((type) => !["Group", "Schedule", "Person"].includes(type));
  return listed.length > 0 ? listed : [...usualTypes, ...referredTypes];
}

/**
 * Tries each type once, and writes the files that the search will be.
 * @param known whom to search for; null: everybody, by type alone
 */
async function storePlan(
  job: ClaimedJob,
  stages: Stages,
  server: SearchServer,
  known: Known | null,
): Promise<void> {
  const began = new Date();
  const { since = null, until = null, type_filter: filters = [] } = job.request;
  const scope = { since, until, filters };
  const types = await typesOf(job, server);
  const notes: SearchNote[] = [];
  let units: SearchUnit[];
  if (known === null) {
    units = types.map((type) => ({
      ...scope,
      type,
      by: "all",
      ids: [],
      filters: filtersOf(type, filters),
    }));
  } else {
    const own = types.filter(isPatientType);
    const [patientId] = known.patients;
    const probed = patientId
      ? await probeTypes({ ...scope, types: own, patientId }, server)
      : { usable: own, refused: [], demanding: [] };
    const [first] = probed.refused;
    if (first && probed.usable.length === 0) throw first.error;
    for (const { type, error } of probed.refused) {
      notes.push({
        severity: "error",
        code: "not-supported",
        diagnostics: `${type}: ${error.message}`,
      });
    }
    for (const { type, parameter } of probed.demanding) {
      const diagnostics = `${type}: the server wants “${parameter}” beside the patient; each code of the standard is asked for, what has none of them does not come`;
      notes.push({ severity: "warning", code: "incomplete", diagnostics });
    }
    const referred = types.filter((type) => !isPatientType(type) && !referredTypes.includes(type));
    for (const type of referred) {
      const diagnostics = `${type} cannot be searched by patient: what the patients' resources refer to is read`;
      notes.push({ severity: "information", code: "informational", diagnostics });
    }
    if (known.unidentified > 0) {
      const diagnostics = `${known.unidentified} members of the group are not named so that this server could be asked for them, and were not searched for`;
      notes.push({ severity: "error", code: "incomplete", diagnostics });
    }
    units = planSearch({ ...scope, types: probed.usable, patients: known.patients });
  }
  const files: NewFile[] = units.map((unit) => ({
    kind: "output",
    resourceType: unit.type,
    url: unitUrl(unit),
    expectedCount: null,
  }));
  if (notes.length > 0) {
    const url = notesUrl(notes);
    files.push({ kind: "error", resourceType: "OperationOutcome", url, expectedCount: null });
  }
  const transactionTime = known?.date ?? began;
  const summary = {
    mode: "search",
    transactionTime: transactionTime.toISOString(),
    types,
    ...(known && {
      patients: known.patients.length,
      inactive: known.inactive,
      groups: known.groups,
    }),
  };
  await stages.prepareJob(job.jobId);
  await storeManifest(job, {
    transactionTime,
    requiresAccessToken: true,
    raw: summary,
    pages: [],
    files,
  });
  log().info({ jobId: job.jobId, files: files.length }, "search planned");
}

/**
 * What of a search lies on disk, to be read. Where it does not, the file is loaded again, which has it
 * searched again, and this step comes again.
 * @throws AppError file-unreadable
 */
async function opened(job: ClaimedJob, { fileId, path: file, sizeBytes }: OnDisk) {
  const source = path.join(env().BULK_DIR, file ?? "");
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (found?.size !== sizeBytes) {
    await storeLoadAgain(job, fileId);
    const reason = found ? `${found.size} ≠ ${sizeBytes} bytes` : "ENOENT";
    throw new AppError("file-unreadable", { path: source, reason });
  }
  return createReadStream(source);
}

/**
 * Every file of a search is there. What the patients' resources refer to outside of them
 * (Practitioner, Organization, …) is read by its id, where such types are wanted: their ids are known
 * only now, and after a retry those of what came since.
 * @throws AppError file-unreadable
 */
export async function endDownload(
  job: ClaimedJob,
  authorize: Authorize,
  signal?: AbortSignal,
): Promise<void> {
  if (job.mode !== "search" || job.level === "system") return await storeDownloadedJob(job);
  const known = new Set<string>();
  const toRead: OnDisk[] = [];
  for (const file of await filesOnDisk(job)) {
    const { by, type, ids } = readUnit(file.url);
    // What a resource that is read by its id refers to is not followed further.
    if (by === "id") for (const id of ids) known.add(`${type}/${id}`);
    else if (file.isNew && file.path !== null) toRead.push(file);
  }
  const types = toRead.length > 0 ? await typesOf(job, searchServer(job, authorize, signal)) : [];
  const wanted = new Set(types.filter((type) => !isPatientType(type)));
  const ids = new Map<string, Set<string>>([...wanted].map((type) => [type, new Set()]));
  for (const file of wanted.size > 0 ? toRead : []) {
    signal?.throwIfAborted();
    for await (const line of createInterface({ input: await opened(job, file) })) {
      for (const { type, id } of referencesIn(line, wanted)) {
        if (!known.has(`${type}/${id}`)) ids.get(type)?.add(id);
      }
    }
  }
  const { since = null, until = null } = job.request;
  const units = [...ids].flatMap(([type, found]) =>
    planSearch({ types: [type], patients: [...found], since, until, filters: [] }),
  );
  if (units.length === 0) return await storeDownloadedJob(job);
  await storeMoreFiles(
    job,
    units.map((unit) => ({
      kind: "output",
      resourceType: unit.type,
      url: unitUrl({ ...unit, by: "id" }),
      expectedCount: null,
    })),
  );
}
