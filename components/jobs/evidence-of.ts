import type { JobDetail } from "@/lib/contract/job";

/**
 * One thing that shows whether everything arrived. ok: shown; missing: shown to be missing; open: cannot be
 * shown; note: worth a look, not proof of anything missing; waits: not known while the job runs.
 */
export type Evidence = {
  name: "files" | "counts" | "rejected" | "errors" | "types" | "patients" | "attachments";
  state: "ok" | "missing" | "open" | "note" | "waits";
  /** which sentence of the name's: messages `jobs.evidence.<name>.<says>` */
  says: string;
  values: Record<string, number>;
  /** of types: those asked for that did not come */
  types?: string[];
};

type Facts = Pick<
  JobDetail,
  | "status"
  | "ended_at"
  | "totals"
  | "types"
  | "files_mismatched"
  | "resource_types"
  | "level"
  | "since"
  | "purpose"
  | "patients"
  | "group_patients"
  | "attachments"
  | "request"
>;

function counts({ totals, files_mismatched }: Facts): Evidence {
  const { expected, lines } = totals;
  const of = (state: Evidence["state"], says: string): Evidence => ({
    name: "counts",
    state,
    says,
    values: {
      expected: expected ?? 0,
      lines,
      missing: (expected ?? 0) - lines,
      more: lines - (expected ?? 0),
      files: files_mismatched,
    },
  });
  if (expected === null) return of("open", "unknown");
  if (expected > lines) return of("missing", "missing");
  if (expected < lines) return of("missing", "more");
  return files_mismatched > 0 ? of("missing", "files") : of("ok", "ok");
}

/** Who was in the group against who came; only an export of the whole group can be compared. */
function patients(job: Facts): Evidence | null {
  const asked = job.resource_types.length === 0 || job.resource_types.includes("Patient");
  if (job.level !== "group" || !asked || job.since || job.patients !== null || job.purpose)
    return null;
  const received = job.types.find(({ type }) => type === "Patient")?.accepted ?? 0;
  const group = job.group_patients;
  const values = { received, group: group ?? 0 };
  if (group === null) return { name: "patients", state: "open", says: "unknown", values };
  return received === group
    ? { name: "patients", state: "ok", says: "ok", values }
    : // A server may count otherwise than it exports.
      { name: "patients", state: "note", says: received < group ? "fewer" : "more", values };
}

/** What shows that everything arrived, or that it did not: what the badge of completeness stands for. */
export function evidenceOf(job: Facts): Evidence[] {
  const { totals, attachments } = job;
  const sent = new Set(job.types.map(({ type }) => type));
  const without = sent.has(null) ? [] : job.resource_types.filter((type) => !sent.has(type));
  const found: (Evidence | null)[] = [
    {
      name: "files",
      state: totals.files_failed > 0 ? "missing" : totals.files === 0 ? "open" : "ok",
      says: totals.files_failed > 0 ? "failed" : totals.files === 0 ? "none" : "ok",
      values: { files: totals.files, failed: totals.files_failed, loaded: totals.files_loaded },
    },
    counts(job),
    {
      name: "rejected",
      state: totals.rejected > 0 ? "missing" : "ok",
      says: totals.rejected > 0 ? "some" : "ok",
      values: { count: totals.rejected },
    },
    {
      name: "errors",
      state: totals.server_errors > 0 ? "missing" : "ok",
      says: totals.server_errors > 0 ? "some" : "ok",
      values: { count: totals.server_errors },
    },
    job.resource_types.length === 0
      ? null
      : {
          name: "types",
          state: without.length > 0 ? "note" : "ok",
          says: without.length > 0 ? "without" : "ok",
          values: { count: job.resource_types.length },
          types: without,
        },
    patients(job),
    job.request.attachments && attachments
      ? {
          name: "attachments",
          state: attachments.failed > 0 ? "missing" : "ok",
          says: attachments.failed > 0 ? "failed" : "ok",
          values: { ...attachments },
        }
      : null,
  ];
  return found.flatMap((one) => {
    if (!one) return [];
    // What is missing for good is known at once; that nothing is, at the end.
    if (job.ended_at === null && one.state !== "missing")
      return [{ ...one, state: "waits" as const }];
    if (job.ended_at === null && one.name === "counts")
      return [{ ...one, state: "waits" as const }];
    // A job that stopped half-way proves nothing by what did not come.
    if (
      job.status !== "completed" &&
      one.state === "ok" &&
      one.name !== "files" &&
      totals.lines === 0
    )
      return [{ ...one, state: "open" as const }];
    return [one];
  });
}
