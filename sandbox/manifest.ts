import type { BulkExport, ExportFile } from "./exports";
import type { FaultSettings } from "./fault-settings";

const ballotType = "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/output-manifest";
const vendorField = { "x-vendor-hint": { shards: [1, 2, 3] } };

/** What a manifest needs to know beside the export. */
export interface ManifestContext {
  faults: FaultSettings;
  statusUrl: string;
  /** Begins every link: `[base]/bulkfiles/[id]/`, or another form of it. */
  linkBase: string;
  /** Ends every link: a signature, or "". */
  linkEnd: string;
  requiresAccessToken: boolean;
  /** From 1. */
  page: number;
  /** The first page while the export is still being prepared: without `link`. */
  early: boolean;
}

/**
 * A page of an export's manifest in the shape of the dialect (Bulk Data, "Response - Complete
 * Status"): `deleted` and `error` are on the last page. null when there is no such page.
 */
export function manifestOf(job: BulkExport, context: ManifestContext): object | null {
  const { faults, page } = context;
  const { dialect } = faults;
  const ballot = dialect === "v4";
  const perPage =
    faults.manifestPage ??
    (job.request.partialManifests ? Math.max(1, Math.ceil(job.output.length / 2)) : Infinity);
  const pages = perPage === Infinity ? 1 : Math.max(1, Math.ceil(job.output.length / perPage));
  if (page < 1 || page > pages) return null;
  const without = new Set<string>(faults.manifestWithout ?? []);
  const linkTo = (name: string) => `${context.linkBase}${name}${context.linkEnd}`;
  const item = (file: ExportFile, typed: boolean) => ({
    ...(typed && file.type !== null ? { type: file.type } : {}),
    url: linkTo(file.name),
    ...(without.has("count") ? {} : { count: file.count + (faults.wrongCount ?? 0) }),
    ...(file.continuesIn ? { continuesInFile: linkTo(file.continuesIn) } : {}),
    ...(faults.unknownFields ? vendorField : {}),
  });
  const last = page === pages && !context.early;
  const output =
    perPage === Infinity ? job.output : job.output.slice((page - 1) * perPage, page * perPage);
  const deleted = last ? job.deleted : [];
  const error = last ? job.error : [];
  const { now } = job.window;
  const manifest: Record<string, unknown> = {
    ...(ballot ? { manifestType: ballotType, outputFormat: "application/fhir+ndjson" } : {}),
    transactionTime: (now === undefined ? job.acceptedAt : new Date(now)).toISOString(),
    ...(ballot ? {} : { request: job.requestUrl }),
    requiresAccessToken: context.requiresAccessToken,
    ...(job.request.byPatient ? { outputOrganizedBy: "Patient" } : {}),
    output: output.map((file) => item(file, true)),
    ...(dialect === "v1" ? {} : { deleted: deleted.map((file) => item(file, !ballot)) }),
    [ballot ? "outcome" : "error"]: error.map((file) => ({
      ...item(file, !ballot),
      ...(ballot
        ? {
            countSeverity: Object.entries(file.severities ?? {}).map(([severity, count]) => ({
              severity,
              count,
            })),
          }
        : {}),
    })),
    ...(page < pages && !context.early
      ? { link: [{ relation: "next", url: `${context.statusUrl}?page=${page + 1}` }] }
      : {}),
    ...(faults.unknownFields
      ? { ...vendorField, extension: ballot ? [vendorField] : vendorField }
      : {}),
  };
  for (const field of without) {
    delete manifest[field];
    if (field === "error") delete manifest.outcome;
  }
  return manifest;
}
