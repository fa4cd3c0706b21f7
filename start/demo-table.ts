import pc from "picocolors";
import type { JobSummary } from "@/lib/contract/job";

/** One group of the demo: its job, or why there is none. */
export type DemoGroup = {
  id: string;
  name: string;
  job?: JobSummary;
  /** loaded by an earlier run */
  earlier?: boolean;
  problem?: string;
};

const number = (value: number) => value.toLocaleString("en-US");
const ended = new Set(["completed", "failed", "cancelled"]);

export const hasEnded = (group: DemoGroup): boolean =>
  group.problem !== undefined || ended.has(group.job?.status ?? "");

/** Why the group did not arrive whole; undefined where it did. */
export function problemOf({ job, problem }: DemoGroup): string | undefined {
  if (problem || !job) return problem ?? "was not started";
  if (job.status !== "completed") return job.error ?? job.status;
  if (job.completeness === "incomplete") {
    const { expected, accepted, duplicates, rejected, server_errors } = job.totals;
    return (
      `incomplete: ${expected === null ? "no count given" : `${number(expected)} expected`}, ` +
      `${number(accepted)} loaded, ${number(duplicates)} repeated, ${number(rejected)} rejected, ` +
      `${number(server_errors)} errors told by the server`
    );
  }
  return job.warning ?? undefined;
}

const secondsOf = (job: JobSummary): number | undefined =>
  job.ended_at
    ? (Date.parse(job.ended_at) - Date.parse(job.kicked_off_at ?? job.created_at)) / 1000
    : undefined;

/** One line of the live display: group, what happens to it, how much has arrived. */
export function progressLine(group: DemoGroup, now: number, width: number): string {
  const { job } = group;
  const mark = hasEnded(group) ? (problemOf(group) ? "✗" : "✓") : "·";
  const since = job ? Math.max(0, Math.round((now - Date.parse(job.created_at)) / 1000)) : 0;
  const seconds = job && !hasEnded(group) ? `${since} s` : "";
  const text = [
    mark,
    group.name.padEnd(28),
    (group.problem ? "failed" : (job?.status ?? "waits")).padEnd(11),
    (job ? `${number(job.records_loaded)} records` : "").padStart(16),
    seconds.padStart(6),
    group.problem ?? (job && !hasEnded(group) ? job.progress : ""),
  ].join("  ");
  return text.slice(0, width).trimEnd();
}

/** The summary: a line a group, then the total; reasons stand below. */
export function demoTable(groups: DemoGroup[]): string {
  const nameWidth = Math.max(12, ...groups.map((group) => group.name.length));
  const row = (mark: string, name: string, files: string, records: string, seconds: string) =>
    `${mark} ${name.padEnd(nameWidth)}  ${files.padStart(7)}  ${records.padStart(12)}  ${seconds.padStart(8)}`;
  const lines = groups.map((group) => {
    const { job } = group;
    const mark = problemOf(group) ? pc.red("✗") : pc.green("✓");
    const files = job?.totals
      ? job.totals.files_loaded === job.totals.files
        ? number(job.totals.files)
        : `${job.totals.files_loaded}/${job.totals.files}`
      : "–";
    const seconds = job && secondsOf(job);
    return row(
      mark,
      group.name,
      files,
      job ? number(job.records_loaded) : "–",
      seconds === undefined ? "–" : seconds.toFixed(1),
    );
  });
  const jobs = groups.flatMap((group) => (group.job ? [group.job] : []));
  const good = groups.filter((group) => !problemOf(group)).length;
  const begin = Math.min(...jobs.map((job) => Date.parse(job.kicked_off_at ?? job.created_at)));
  const end = Math.max(...jobs.map((job) => Date.parse(job.ended_at ?? "")));
  const total = row(
    good === groups.length ? pc.green("✓") : pc.red("✗"),
    `Total: ${good} of ${groups.length} groups`,
    number(jobs.reduce((sum, job) => sum + (job.totals?.files_loaded ?? 0), 0)),
    number(jobs.reduce((sum, job) => sum + job.records_loaded, 0)),
    Number.isFinite(end - begin) ? ((end - begin) / 1000).toFixed(1) : "–",
  );
  const head = row(" ", "Group", "Files", "Records", "Seconds");
  const rule = "─".repeat(nameWidth + 36);
  const problems = groups.flatMap((group) => {
    const problem = problemOf(group);
    return problem ? [`  ${group.name}: ${problem}`] : [];
  });
  const reasons = problems.length > 0 ? ["", ...problems] : [];
  return [pc.bold(head), ...lines, rule, total, ...reasons].join("\n");
}
