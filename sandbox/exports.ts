import { randomBytes } from "node:crypto";
import {
  blockHeader,
  deletedLines,
  linesOfPatient,
  personalLines,
  provenanceLines,
  sharedLines,
} from "./export-lines";
import type { ExportRequest } from "./export-request";
import { BadKickOff } from "./export-request";
import type { Faults } from "./faults";
import type { SandboxGroup } from "./groups";
import type { CompleteOptions } from "./options";
import { type Issue, outcome } from "./outcome";
import type { Population } from "./population/population";
import type { Window } from "./population/presence";
import { isSharedType, type ResourceType } from "./population/resource-types";
import { type Census, type Roster, rosterOf, rosterOfPatients, takeCensus } from "./roster";
import { type Selection, selectionOf } from "./selection";

/** A file of an export; its lines are made when it is sent. */
export interface ExportFile {
  name: string;
  /** null: of several types (organizeOutputBy). */
  type: string | null;
  count: number;
  lines(): Iterable<string>;
  /** The block of this file's last patient goes on in the file of this name. */
  continuesIn?: string;
  /** For files of OperationOutcomes: how many of each severity. */
  severities?: Partial<Record<Issue["severity"], number>>;
  /** How often it was sent, for the fault changingFiles. */
  sent: number;
}

/** An export from kick-off until it is deleted. */
export interface BulkExport {
  id: string;
  requestUrl: string;
  groups: SandboxGroup[];
  request: ExportRequest;
  window: Window;
  selection: Selection;
  types: ResourceType[];
  roster: Roster;
  /** How often everything comes (fault duplicateLines). */
  repeat: number;
  acceptedAt: Date;
  readyAt: number;
  /** Share of the counting that is done. */
  counted: number;
  census: Census | null;
  output: ExportFile[];
  deleted: ExportFile[];
  error: ExportFile[];
  /** Forgotten: preparation stops. */
  removed: boolean;
  /** Why it could not be prepared. */
  failure: string | null;
}

/** Lines that an export has of one type, repeats included. */
function linesOf(job: BulkExport, population: Population, type: ResourceType): number {
  const distinct = isSharedType(type)
    ? population.sharedInside(job.window)
      ? population.sharedCount(type) * job.groups.length
      : 0
    : (job.census?.get(type)?.[job.roster.size] ?? 0);
  return distinct * job.repeat;
}

/** All exports of this process, from kick-off until their files are known. */
export class Exports {
  private readonly jobs = new Map<string, BulkExport>();

  constructor(
    private readonly population: Population,
    private readonly options: CompleteOptions,
    private readonly faults: Faults,
  ) {}

  find(id: string): BulkExport | undefined {
    return this.jobs.get(id);
  }

  /** Forgets an export: its status and files are 404 from now on, preparation stops. */
  remove(id: string): boolean {
    const job = this.jobs.get(id);
    if (job) job.removed = true;
    return this.jobs.delete(id);
  }

  /** Exports that count against `exportsAtOnce`. */
  running(): number {
    const { exportsUntilDeleted } = this.faults.settings;
    return [...this.jobs.values()].filter(
      (job) => exportsUntilDeleted || (!job.failure && this.progress(job) < 100),
    ).length;
  }

  /**
   * Accepts an export and begins to prepare it.
   *
   * @param readable the types that the client's token may read.
   * @throws BadKickOff
   */
  start(
    requestUrl: string,
    groups: SandboxGroup[],
    request: ExportRequest,
    readable: "*" | Set<string>,
  ): BulkExport {
    const forbidden = request.types?.find((type) => readable !== "*" && !readable.has(type));
    if (forbidden)
      throw new BadKickOff(`The access token's scope does not allow reading ${forbidden}`, 403);
    const { settings } = this.faults;
    const window = { ...request.window, ...this.faults.present() };
    const job: BulkExport = {
      id: randomBytes(16).toString("hex"),
      requestUrl,
      groups,
      request,
      window,
      selection: selectionOf(window, request.filters),
      types: this.population.types.filter(
        (type) =>
          (request.types?.includes(type) ?? true) && (readable === "*" || readable.has(type)),
      ),
      roster: request.patients ? this.pick(groups, request.patients) : rosterOf(groups),
      repeat: settings.duplicateLines ?? 1,
      acceptedAt: new Date(),
      readyAt: Date.now() + (settings.preparationMs ?? this.options.preparationMs),
      counted: 0,
      census: null,
      output: [],
      deleted: [],
      error: [],
      removed: false,
      failure: null,
    };
    this.jobs.set(job.id, job);
    this.prepare(job).catch((error: Error) => {
      job.failure = error.message;
      process.stderr.write(`sandbox: export ${job.id}: ${error.stack}\n`);
    });
    return job;
  }

  private pick(groups: readonly SandboxGroup[], ids: readonly string[]): Roster {
    const chosen = ids.map((id) => {
      const found = this.population.find(id);
      const group = groups.find((one) => one.id === found?.group.id);
      if (found?.type !== "Patient" || !group || found.owner >= group.size)
        throw new BadKickOff(`Patient/${id} is not among the patients of this export`);
      return { group: found.group, index: found.owner };
    });
    return rosterOfPatients(chosen);
  }

  private async prepare(job: BulkExport): Promise<void> {
    const { settings } = this.faults;
    job.census = await takeCensus(
      this.population,
      job.roster,
      job.types,
      job.selection,
      (share) => {
        job.counted = share;
        return !job.removed;
      },
    );
    job.counted = 1;
    const perFile = settings.resourcesPerFile ?? this.options.resourcesPerFile;
    if (!settings.emptyOutput) {
      if (job.request.byPatient) this.fileByPatient(job, perFile);
      else this.fileByType(job, perFile, new Set(settings.failedTypes ?? []));
    }
    if (job.request.incremental && job.window.deletedShare)
      for (const type of job.types) {
        if (isSharedType(type)) continue;
        const lines = deletedLines(job, this.population, type);
        if (lines.length > 0) job.deleted.push(file(`${type}.deleted.ndjson`, "Bundle", lines));
      }
    if (job.request.ignored.length > 0)
      this.note(job, [
        {
          severity: "warning",
          code: "not-supported",
          text: `Ignored by this server: ${job.request.ignored.join(", ")}`,
        },
      ]);
    if (settings.outcomes && settings.outcomes.length > 0) this.note(job, settings.outcomes);
  }

  private fileByType(job: BulkExport, perFile: number, failed: Set<string>): void {
    const { population } = this;
    for (const type of job.types) {
      const lines = linesOf(job, population, type);
      for (let from = 0, part = 1; from < lines; from += perFile, part += 1) {
        const to = Math.min(lines, from + perFile);
        const name = `${part}.${type}.ndjson`;
        if (failed.has(type))
          this.note(job, [{ severity: "error", text: `Failed to export ${name}` }]);
        else
          job.output.push({
            name,
            type,
            count: to - from,
            sent: 0,
            // Only with version 3's partial manifests, as the recorded server does.
            ...(job.request.partialManifests && to < lines
              ? { continuesIn: `${part + 1}.${type}.ndjson` }
              : {}),
            lines: () =>
              isSharedType(type)
                ? sharedLines(job, population, type, from, to)
                : personalLines(job, population, type, from, to),
          });
      }
    }
    if (job.request.provenance && job.roster.size > 0)
      job.output.push({
        name: "1.Provenance.ndjson",
        type: "Provenance",
        count: job.roster.size,
        sent: 0,
        lines: () => provenanceLines(job, population),
      });
  }

  /**
   * Blocks of a header and everything of one patient (Bulk Data 3.0.0, "organizeOutputBy"). A block
   * that does not fit goes on in the next file, behind its header again. What belongs to nobody is
   * in a last file without headers.
   */
  private fileByPatient(job: BulkExport, perFile: number): void {
    const { population } = this;
    let lines: string[] = [];
    const close = (continues: boolean) => {
      if (lines.length === 0) return;
      const number = job.output.length + 1;
      job.output.push({
        ...file(`${number}.output.ndjson`, null, lines),
        ...(continues ? { continuesIn: `${number + 1}.output.ndjson` } : {}),
      });
      lines = [];
    };
    for (let position = 0; position < job.roster.size; position += 1) {
      const header = blockHeader(job, population, position);
      let first = true;
      for (const line of linesOfPatient(job, population, position)) {
        if (first) lines.push(header);
        first = false;
        if (lines.length >= perFile && lines.at(-1) !== header) {
          close(true);
          lines.push(header);
        }
        lines.push(line);
      }
      if (lines.length >= perFile) close(false);
    }
    close(false);
    for (const type of job.types) {
      if (!isSharedType(type)) continue;
      lines.push(...sharedLines(job, population, type, 0, linesOf(job, population, type)));
    }
    close(false);
  }

  private note(
    job: BulkExport,
    issues: { severity: Issue["severity"]; code?: string | undefined; text: string }[],
  ): void {
    const severities: NonNullable<ExportFile["severities"]> = {};
    for (const { severity } of issues) severities[severity] = (severities[severity] ?? 0) + 1;
    const lines = issues.map(({ severity, code = "processing", text }) =>
      JSON.stringify(outcome(text, code, severity)),
    );
    const name = `${job.error.length + 1}.OperationOutcome.ndjson`;
    job.error.push({ ...file(name, "OperationOutcome", lines), severities });
  }

  /** Percent done, 100 when the manifest is there. */
  progress(job: BulkExport): number {
    if (this.faults.settings.stalled) return 17;
    const whole = job.readyAt - job.acceptedAt.getTime();
    const elapsed = whole <= 0 ? 1 : (Date.now() - job.acceptedAt.getTime()) / whole;
    return Math.floor(100 * Math.min(1, elapsed, job.census ? 1 : job.counted));
  }
}

const file = (name: string, type: string | null, lines: string[]): ExportFile => ({
  name,
  type,
  count: lines.length,
  lines: () => lines,
  sent: 0,
});
