import type pg from "pg";
import { ExportRequest } from "@/lib/contract/export-request";
import type { Membership } from "@/lib/contract/job";
import type { ClaimedJob } from "./claims";
import { database } from "./client";
import { isErrorSql, mismatchedSql } from "./completeness";
import { insertJobs, type NewJob } from "./create-job";
import { dataTables } from "./data-tables";
import { rollUpsLock } from "./drop-roll-ups";
import { addEvent } from "./events";
import { rollUpNames } from "./roll-ups";
import { peopleTables } from "./write-people";

/** Patients of one request: some 50 KB of Parameters, which servers take. */
const partSize = 500;
/** More new members than this and the whole group is asked for instead, in one export. */
const mostParts = 20;
const apartSeconds = 5;

type Job = Omit<NewJob, "request"> & { membership: { request: unknown } | null };

// Data tables are read by statements of their own, and what is compared with each other stands in temporary
// tables: a distributed PostgreSQL takes no subquery that looks from a plain table into a data table.

/** Exports of the list's source, with its parameters, that may hold whole histories; the newest first. */
const ableSql = `
  CREATE TEMPORARY TABLE able_exports ON COMMIT DROP AS
  WITH own AS (
    SELECT concat_ws('|', COALESCE(connection_id::text, fhir_base_url), level, group_id) AS source,
           membership->'request' AS request
      FROM export_jobs WHERE id = $1
  )
  SELECT e.etl_job_id, e.source, e.as_of, e.types, j.request->'patient' AS named
    FROM current_exports AS e
    JOIN own ON own.source = e.source
    JOIN export_jobs AS j ON j.id = e.etl_job_id
   WHERE e.complete AND NOT j.request ?| ARRAY['since', 'until']
     AND (e.types IS NULL OR (own.request->'resource_types' <> '[]'
       AND e.types @> (own.request->'resource_types')))
     AND j.request->'type_filter' IS NOT DISTINCT FROM own.request->'type_filter'`;

/** The newest whole export ($1): its Patients, or, where they were not asked for, whoever has data. */
const membersOf = (asked: boolean) =>
  asked
    ? "SELECT id AS patient_id FROM patients WHERE etl_job_id = $1"
    : dataTables
        .map(
          (table) => `SELECT patient_id FROM ${table} WHERE etl_job_id = $1 AND patient_id <> ''`,
        )
        .join(" UNION ");

/**
 * Whose whole history is here already, and who of them is known to have left since: out of the newest
 * whole export with these parameters and the histories that were fetched after it.
 */
const heldSql = `
  CREATE TEMPORARY TABLE held_members ON COMMIT DROP AS
  WITH base AS (
    SELECT as_of FROM able_exports WHERE etl_job_id = $1
  ), held AS (
    SELECT patient_id, (SELECT as_of FROM base) AS as_of FROM base_members
    UNION ALL
    SELECT regexp_replace(reference, '^.*Patient/', ''), a.as_of
      FROM able_exports AS a CROSS JOIN LATERAL jsonb_array_elements_text(a.named) AS reference
     WHERE a.named IS NOT NULL AND a.as_of >= (SELECT as_of FROM base)
  )
  SELECT h.patient_id FROM (
    SELECT patient_id, max(as_of) AS as_of FROM held GROUP BY 1
  ) AS h
   WHERE NOT EXISTS (
     SELECT 1 FROM current_departures AS d
      WHERE d.source = (SELECT source FROM able_exports LIMIT 1)
        AND d.patient_id = h.patient_id AND d.as_of > h.as_of)`;

async function findHeldMembers(client: pg.PoolClient, jobId: string): Promise<void> {
  await client.query(ableSql, [jobId]);
  const { rows } = await client.query<{ id: string; asked: boolean }>(
    `SELECT etl_job_id AS id, types IS NULL OR types ? 'Patient' AS asked FROM able_exports
     WHERE named IS NULL ORDER BY as_of DESC LIMIT 1`,
  );
  const base = rows[0]?.id ?? null;
  await client.query(
    `CREATE TEMPORARY TABLE base_members ON COMMIT DROP AS ${membersOf(rows[0]?.asked ?? true)}`,
    [base],
  );
  await client.query(heldSql, [base]);
}

/**
 * The list of members has come (Bulk Data Access, Group Membership Request Pattern): within the
 * transaction that ends its job, tells who is new and who has left, makes the jobs that fetch the
 * history of who is new, and takes the list out of the tables of patients' data again. So it is done
 * once or not at all, whenever the process dies. Where something of the list may be missing, nobody is
 * said to have left.
 */
export async function storeMembership(
  client: pg.PoolClient,
  { jobId }: Pick<ClaimedJob, "jobId">,
): Promise<void> {
  const found = await client.query<Job>(
    `SELECT batch_id AS "batchId", connection_id AS "connectionId",
       connection_name AS "connectionName", fhir_base_url AS "fhirBaseUrl", level,
       group_id AS "groupId", group_name AS "groupName", created_by AS "createdBy", membership
     FROM export_jobs WHERE id = $1`,
    [jobId],
  );
  const [own] = found.rows;
  if (!own) return;
  await findHeldMembers(client, jobId);
  await client.query(
    `CREATE TEMPORARY TABLE listed_members ON COMMIT DROP AS
     SELECT id AS patient_id FROM patients WHERE etl_job_id = $1`,
    [jobId],
  );
  const joined = await client.query<{ id: string }>(
    `SELECT patient_id AS id FROM listed_members AS l
      WHERE NOT EXISTS (SELECT 1 FROM held_members AS h WHERE h.patient_id = l.patient_id)
      ORDER BY 1`,
  );
  const counted = await client.query<{ members: number; whole: boolean }>(
    `SELECT (SELECT count(*)::int FROM listed_members) AS members,
       NOT EXISTS (SELECT 1 FROM export_files AS f WHERE f.job_id = $1
         AND (f.state <> 'loaded' OR f.rejected > 0 OR ${mismatchedSql}))
       -- A search finds what it asks for; whom it did not find may still be there.
       AND (SELECT mode = 'bulk' FROM export_jobs WHERE id = $1)
       AND NOT EXISTS (SELECT 1 FROM export_outcomes WHERE job_id = $1 AND ${isErrorSql}) AS whole`,
    [jobId],
  );
  const { members = 0, whole = false } = counted.rows[0] ?? {};
  // A server that knows the group no more sends an empty list, too.
  const left =
    whole && members > 0
      ? await client.query(
          `INSERT INTO departed_members (job_id, patient_id)
           SELECT $1, h.patient_id FROM held_members AS h
            WHERE NOT EXISTS (
              SELECT 1 FROM listed_members AS l WHERE l.patient_id = h.patient_id)`,
          [jobId],
        )
      : null;
  const membership: Membership = {
    members,
    joined: joined.rows.length,
    left: left?.rowCount ?? 0,
  };
  const request = ExportRequest.parse(own.membership?.request ?? {});
  await insertJobs(
    client,
    partsOf(joined.rows.map(({ id }) => id)).map((patient, place) => ({
      ...own,
      purpose: "new_members",
      membership: undefined,
      request: patient ? { ...request, patient } : request,
      delaySeconds: (place + 1) * apartSeconds,
    })),
  );
  // A chart that makes roll-ups of the list at this moment is waited for, and finds nothing to make afterwards.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [rollUpsLock(jobId)]);
  // All of them: a server may pass over _type.
  for (const name of [...dataTables, ...rollUpNames, ...peopleTables]) {
    await client.query(`DELETE FROM ${name} WHERE etl_job_id = $1`, [jobId]);
  }
  await client.query("UPDATE export_jobs SET membership = membership || $2 WHERE id = $1", [
    jobId,
    JSON.stringify(membership),
  ]);
  await addEvent(client, jobId, "membership", membership);
}

/** References in parts of a request's size; one null, the whole group, where there are too many. */
function partsOf(ids: string[]): (string[] | null)[] {
  if (ids.length > partSize * mostParts) return [null];
  const parts: string[][] = [];
  for (let first = 0; first < ids.length; first += partSize) {
    parts.push(ids.slice(first, first + partSize).map((id) => `Patient/${id}`));
  }
  return parts;
}

/** Has a job of named patients brought others? Servers pass over parameters that they do not know. */
export async function hasStrangers(jobId: string, named: readonly string[]): Promise<boolean> {
  const { rowCount } = await database().pool.query(
    "SELECT 1 FROM patients WHERE etl_job_id = $1 AND id <> ALL($2::text[]) LIMIT 1",
    [jobId, named.map((reference) => reference.replace(/^.*Patient\//, ""))],
  );
  return rowCount !== 0;
}
