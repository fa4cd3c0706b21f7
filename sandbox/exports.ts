import { randomBytes } from "node:crypto";
import type { ExportRequest } from "./export-request";
import { BadKickOff } from "./export-request";
import type { Faults } from "./faults";
import type { SandboxGroup } from "./groups";
import type { CompleteOptions } from "./options";
import { outcome } from "./outcome";
import type { Population } from "./population/population";
import { isSharedType, type ResourceType, resourceTypes } from "./population/resource-types";
import { type Census, type Roster, rosterOf, rosterOfPatients, takeCensus } from "./roster";

/** A file of an export: lines [from, to) of its type, or fixed text. */
export interface ExportFile {
  name: string;
  type: ResourceType | "OperationOutcome";
  from: number;
  to: number;
  text?: string;
}

/** An export from kick-off until it is deleted. */
export interface BulkExport {
  id: string;
  requestUrl: string;
  groups: SandboxGroup[];
  request: ExportRequest;
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
  error: ExportFile[];
  deleted: boolean;
  /** Why it could not be prepared. */
  failure: string | null;
}

/** Lines that an export has of one type, repeats included. */
export function linesOf(job: BulkExport, population: Population, type: ResourceType): number {
  const distinct = isSharedType(type)
    ? population.sharedInside(job.request.window)
      ? population.sharedCount(type) * job.groups.length
      : 0
    : (job.census?.get(type)?.[job.roster.size] ?? 0);
  return distinct * job.repeat;
}

/** All exports of this process: kick-off, preparation, manifest. */
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
    if (job) job.deleted = true;
    return this.jobs.delete(id);
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
    const job: BulkExport = {
      id: randomBytes(16).toString("hex"),
      requestUrl,
      groups,
      request,
      types: (request.types ?? resourceTypes).filter(
        (type) => readable === "*" || readable.has(type),
      ),
      roster: request.patients ? this.pick(groups, request.patients) : rosterOf(groups),
      repeat: this.faults.settings.duplicateLines ?? 1,
      acceptedAt: new Date(),
      readyAt: Date.now() + (this.faults.settings.preparationMs ?? this.options.preparationMs),
      counted: 0,
      census: null,
      output: [],
      error: [],
      deleted: false,
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
      if (found?.type !== "Patient" || !groups.includes(found.group))
        throw new BadKickOff(`Patient/${id} is not among the patients of this export`);
      return { group: found.group, index: found.owner };
    });
    return rosterOfPatients(chosen);
  }

  private async prepare(job: BulkExport): Promise<void> {
    const census = await takeCensus(
      this.population,
      job.roster,
      job.types,
      job.request.window,
      (share) => {
        job.counted = share;
        return !job.deleted;
      },
    );
    job.census = census;
    job.counted = 1;
    const failed = new Set(this.faults.settings.failedTypes ?? []);
    for (const type of job.types) {
      const lines = linesOf(job, this.population, type);
      for (let from = 0, part = 1; from < lines; from += this.options.resourcesPerFile, part += 1) {
        const to = Math.min(lines, from + this.options.resourcesPerFile);
        const name = `${part}.${type}.ndjson`;
        if (failed.has(type)) job.error.push(this.note(job, `Failed to export ${name}`, "error"));
        else job.output.push({ name, type, from, to });
      }
    }
    if (job.request.ignored.length > 0)
      job.error.push(
        this.note(job, `Ignored by this server: ${job.request.ignored.join(", ")}`, "warning"),
      );
  }

  private note(job: BulkExport, text: string, severity: "error" | "warning"): ExportFile {
    const code = severity === "error" ? "processing" : "not-supported";
    return {
      name: `${job.error.length + 1}.OperationOutcome.ndjson`,
      type: "OperationOutcome",
      from: 0,
      to: 1,
      text: `${JSON.stringify(outcome(text, code, severity))}\n`,
    };
  }

  /** Percent done, 100 when the manifest is there. */
  progress(job: BulkExport): number {
    const whole = job.readyAt - job.acceptedAt.getTime();
    const elapsed = whole <= 0 ? 1 : (Date.now() - job.acceptedAt.getTime()) / whole;
    return Math.floor(100 * Math.min(1, elapsed, job.census ? 1 : job.counted));
  }

  /** The manifest (Bulk Data 2.0.0, "Response - Complete Status"). */
  manifest(job: BulkExport, fhirBaseUrl: string) {
    const item = (file: ExportFile) => ({
      type: file.type,
      url: `${fhirBaseUrl}/bulkfiles/${job.id}/${file.name}`,
      count: file.to - file.from + (this.faults.settings.wrongCount ?? 0),
    });
    return {
      transactionTime: job.acceptedAt.toISOString(),
      request: job.requestUrl,
      requiresAccessToken: this.options.auth,
      output: job.output.map(item),
      deleted: [],
      error: job.error.map(item),
    };
  }
}
