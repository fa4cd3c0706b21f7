import { type RollUpName, rollUps } from "@/lib/store/roll-ups";

/**
 * One roll-up over the chosen jobs, for a FROM: stored rows of those in $1, for those in $2 the same
 * made on the way (see chosenJobs).
 */
export function rolledUp(name: RollUpName): string {
  const { columns, select } = rollUps[name];
  return `(
    SELECT ${columns.join(", ")} FROM ${name} WHERE etl_job_id = ANY($1::uuid[])
    UNION ALL
    SELECT ${columns.join(", ")} FROM (${select("$2")}) AS made
  )`;
}
