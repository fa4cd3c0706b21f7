import { z } from "zod";
import {
  PatientAttachment,
  PatientCondition,
  PatientEncounter,
  PatientFinding,
  PatientMedication,
  type PatientQuery,
  PatientResource,
  PatientSummary,
} from "@/lib/contract/patient";
import { AppError } from "@/lib/errors";
import { type DataTable, dataTables, typeOfTable } from "@/lib/store/data-tables";
import { Parameters } from "./parameters";
import { patientJobs } from "./patient-jobs";
import { patientMeasurements } from "./patient-measurements";
import { patientRows } from "./patient-rows";
import { currentScope, type PatientScope, scopeOfJob } from "./patient-scope";
import { rows } from "./rows";

/** Rows that a page shows of one kind; how many there are stands beside them. */
const limit = 200;
/** Of each other type. */
const otherLimit = 100;

/** Times would come in the session's zone. */
const read = (column: string) =>
  column.endsWith("_at")
    ? `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : column === "birth_date"
      ? "birth_date::text"
      : column;
const shown = (columns: string[]) =>
  columns.map((column) => `${read(column)} AS ${column}`).join(", ");
const asJson = (columns: string[]) =>
  columns.map((column) => `'${column}', ${read(column)}`).join(", ");
/** The columns of a shape that stand in the table under their own name. */
const columnsOf = (shape: Record<string, unknown>) =>
  Object.keys(shape).filter((name) => !["job_id", "id", "type"].includes(name));

/** One kind of row in parts (`part`, a condition of SQL, or none), newest first, the first of each part. */
async function parts<T extends z.ZodObject>(
  schema: T,
  table: DataTable,
  scope: PatientScope,
  { time, part = "true", most = limit }: { time: string; part?: string; most?: number },
): Promise<{ [P in "true" | "false"]: { total: number; rows: z.infer<T>[] } }> {
  const parameters = new Parameters();
  const columns = columnsOf(schema.shape);
  const from = patientRows(table, columns, scope, parameters);
  const found = await rows(
    z.object({ row: z.unknown(), part: z.boolean(), total: z.number() }),
    `SELECT part, total, json_build_object('job_id', etl_job_id, 'id', id, ${asJson(columns)}) AS row FROM (
       SELECT *, row_number() OVER (PARTITION BY part ORDER BY ${time} DESC NULLS LAST, id) AS place,
              count(*) OVER (PARTITION BY part)::float8 AS total
         FROM (SELECT *, COALESCE(${part}, false) AS part FROM ${from} AS held) AS parted
     ) AS ranked
     WHERE place <= ${parameters.add(most, "int")} ORDER BY place`,
    parameters.all,
  );
  const of = (value: boolean) => {
    const own = found.filter((row) => row.part === value);
    return {
      total: own[0]?.total ?? 0,
      rows: own.map(({ row }) => schema.parse(row)),
    };
  };
  return { true: of(true), false: of(false) };
}

async function counts(scope: PatientScope) {
  const parameters = new Parameters();
  const selects = dataTables.map((table) => {
    const type = table === "resources" ? "resource_type" : `'${typeOfTable[table]}'`;
    return `SELECT ${type} AS type FROM ${patientRows(table, [], scope, parameters)} AS ${table}`;
  });
  return rows(
    z.object({ type: z.string(), records: z.number() }),
    `SELECT type, count(*)::float8 AS records FROM (${selects.join(" UNION ALL ")}) AS held
      GROUP BY 1 ORDER BY 2 DESC, 1`,
    parameters.all,
  );
}

const Text = z.string().nullish().catch(null);
const Identifier = z.object({
  system: Text,
  value: z.string().min(1),
  type: z
    .object({
      text: Text,
      coding: z.array(z.object({ code: Text, display: Text })).catch([]),
    })
    .partial()
    .nullish()
    .catch(null),
});

/** Business identifiers as the resource gives them (Patient.identifier); what is none is passed over. */
function identifiersOf(value: unknown) {
  return (Array.isArray(value) ? value : []).flatMap((item) => {
    const parsed = Identifier.safeParse(item);
    if (!parsed.success) return [];
    const { type, system, value: id } = parsed.data;
    const label = type?.text ?? type?.coding?.[0]?.display ?? type?.coding?.[0]?.code ?? null;
    return [{ label, system: system ?? null, value: id }];
  });
}

const Person = PatientSummary.shape.patient.unwrap();
const StoredPerson = Person.omit({ identifiers: true }).extend({ identifier: z.unknown() });

async function person(scope: PatientScope): Promise<PatientSummary["patient"]> {
  const parameters = new Parameters();
  const columns = columnsOf(Person.omit({ identifiers: true }).shape);
  const from = patientRows("patients", [...columns, "resource"], scope, parameters);
  const [found] = await rows(
    StoredPerson,
    `SELECT etl_job_id AS job_id, id, ${shown(columns)},
            resource->'identifier' AS identifier FROM ${from} AS held LIMIT 1`,
    parameters.all,
  );
  if (!found) return null;
  const { identifier, ...columnsFound } = found;
  return { ...columnsFound, identifiers: identifiersOf(identifier) };
}

async function resources(scope: PatientScope): Promise<PatientSummary["resources"]> {
  const parameters = new Parameters();
  const columns = columnsOf(PatientResource.omit({ encounter_id: true }).shape);
  const from = patientRows("resources", columns, scope, parameters);
  const key = patientRows("resources", ["patient_id", "resource"], scope, parameters);
  const found = await rows(
    PatientResource.extend({ total: z.number() }),
    `WITH ranked AS (
       SELECT * FROM (
         SELECT *, row_number() OVER (PARTITION BY resource_type
                                      ORDER BY occurred_at DESC NULLS LAST, id) AS place,
                count(*) OVER (PARTITION BY resource_type)::float8 AS total
           FROM ${from} AS held) AS numbered
        WHERE place <= ${parameters.add(otherLimit, "int")})
     SELECT etl_job_id AS job_id, id, resource_type AS type, ${shown(columns)}, total,
            -- R4 and R5 name one encounter, DocumentReference a list of them within its context
            substring(COALESCE(resource->'encounter'->>'reference',
                               resource->'context'->'encounter'->0->>'reference')
                      FROM 'Encounter/([^/|#]+)') AS encounter_id
       FROM ranked JOIN ${key} AS whole USING (etl_job_id, resource_type, id)
      ORDER BY total DESC, resource_type, place`,
    parameters.all,
  );
  const byType = new Map<string, PatientSummary["resources"][number]>();
  for (const { total, ...row } of found) {
    const list = byType.get(row.type) ?? { type: row.type, total, rows: [] };
    list.rows.push(row);
    byType.set(row.type, list);
  }
  return [...byType.values()];
}

async function findings(scope: PatientScope): Promise<PatientFinding[]> {
  const parameters = new Parameters();
  const columns = columnsOf(PatientFinding.omit({ total: true }).shape);
  const from = patientRows("observations", [...columns, "status"], scope, parameters);
  return rows(
    PatientFinding,
    `SELECT etl_job_id AS job_id, id, ${shown(columns)}, total FROM (
       SELECT *, row_number() OVER (PARTITION BY code_system, code, code_display
                                    ORDER BY effective_at DESC NULLS LAST, id) AS place,
              count(*) OVER (PARTITION BY code_system, code, code_display)::float8 AS total
         FROM ${from} AS held
        WHERE value_text IS NOT NULL AND status IS DISTINCT FROM 'entered-in-error') AS ranked
      WHERE place = 1
      ORDER BY effective_at DESC NULLS LAST, code_display LIMIT ${parameters.add(limit, "int")}`,
    parameters.all,
  );
}

async function attachments(scope: PatientScope): Promise<PatientSummary["attachments"]> {
  const jobIds = scope.jobs.map(({ job_id }) => job_id);
  const [any] = await rows(
    z.object({ any: z.boolean() }),
    "SELECT EXISTS (SELECT 1 FROM export_attachments WHERE job_id = ANY($1::uuid[])) AS any",
    [jobIds],
  );
  if (!any?.any) return { total: 0, rows: [] };
  const parameters = new Parameters();
  // Its key and not the patient finds an attachment: one more index would cost every export that has them.
  const named = dataTables.map((table) => {
    const type = table === "resources" ? "resource_type" : `'${typeOfTable[table]}'`;
    return `SELECT etl_job_id, ${type} AS type, id FROM ${patientRows(table, [], scope, parameters)} AS ${table}`;
  });
  const found = await rows(
    PatientAttachment.extend({ total: z.number() }),
    `SELECT a.job_id, a.resource_id AS id, a.resource_type AS type, a.place, a.content_type,
            a.state::text, a.left_reason, a.size_bytes::float8, count(*) OVER ()::float8 AS total
       FROM (${named.join(" UNION ALL ")}) AS held
       JOIN export_attachments AS a ON a.job_id = held.etl_job_id
        AND a.resource_type = held.type AND a.resource_id = held.id
      ORDER BY a.resource_type, a.resource_id, a.place LIMIT ${parameters.add(limit, "int")}`,
    parameters.all,
  );
  return {
    total: found[0]?.total ?? 0,
    rows: found.map(({ total: _total, ...row }) => row),
  };
}

/** Whether the patient has the condition now: its status says so, or nothing says that it ended. */
const activeCondition = `
  verification_status IS DISTINCT FROM 'entered-in-error' AND verification_status IS DISTINCT FROM 'refuted'
  AND CASE WHEN clinical_status IS NULL THEN abatement_at IS NULL
           ELSE lower(clinical_status) IN ('active', 'recurrence', 'relapse') END`;

const Source = z.object({ source: z.string() });

/** Which job is shown, and of which rows that is made. @throws AppError not-found */
async function choose(
  patientId: string,
  query: PatientQuery,
): Promise<{ shown: PatientSummary["shown"]; scope: PatientScope }> {
  const newest = query.job ? undefined : (await patientJobs(patientId))[0];
  const job_id = query.job ?? newest?.job_id;
  if (!job_id) throw new AppError("not-found", { what: "patient" });
  if ((query.state ?? (query.job ? "job" : "current")) === "current") {
    const [found] = await rows(Source, "SELECT source FROM current_exports WHERE etl_job_id = $1", [
      job_id,
    ]);
    if (found) {
      return {
        shown: { state: "current", job_id },
        scope: await currentScope(patientId, found.source),
      };
    }
  }
  return { shown: { state: "job", job_id }, scope: scopeOfJob(patientId, job_id) };
}

/** The rows that a question about a patient is answered from. @throws AppError not-found */
export async function patientScope(patientId: string, query: PatientQuery): Promise<PatientScope> {
  return (await choose(patientId, query)).scope;
}

/**
 * Everything about one patient that a page shows, of one job or as the current state of its source, with
 * the first rows of each kind and how many there are. All of it is found by the patient's id, the key of
 * each job's rows.
 * @throws AppError not-found where no job (or not the one named) holds anything of the patient
 */
export async function patientSummary(
  patientId: string,
  query: PatientQuery,
): Promise<PatientSummary> {
  const { shown: choice, scope } = await choose(patientId, query);
  const [byType, patient, encounters, conditions, medications, others, measured, told, documents] =
    await Promise.all([
      counts(scope),
      person(scope),
      parts(PatientEncounter, "encounters", scope, { time: "start_at" }),
      parts(PatientCondition, "conditions", scope, {
        time: "COALESCE(onset_at, recorded_at)",
        part: activeCondition,
      }),
      parts(PatientMedication, "medication_requests", scope, {
        time: "authored_at",
        part: "status IN ('active', 'on-hold')",
      }),
      resources(scope),
      patientMeasurements(scope),
      findings(scope),
      attachments(scope),
    ]);
  // What has gone from the current state is still told as nothing; what never was is not found.
  if (byType.length === 0 && choice.state === "job") {
    throw new AppError("not-found", { what: "patient" });
  }
  return {
    patient_id: patientId,
    shown: choice,
    patient,
    counts: byType,
    encounters: encounters.true,
    conditions: { active: conditions.true, past: conditions.false },
    medications: { active: medications.true, past: medications.false },
    resources: others,
    measurements: measured,
    findings: told,
    attachments: documents,
  };
}
