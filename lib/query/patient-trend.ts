import { z } from "zod";
import type { PatientTrend, PatientTrendQuery } from "@/lib/contract/patient";
import { Parameters } from "./parameters";
import { patientNumbers } from "./patient-measurements";
import { patientScope } from "./patient-summary";
import { rows } from "./rows";

const Value = z.object({
  part_code: z.string().nullable(),
  part_display: z.string().nullable(),
  job_id: z.uuid(),
  id: z.string(),
  at: z.iso.datetime(),
  value: z.number(),
  total: z.number(),
});

/**
 * The newest values of one thing that was measured of a patient, of a panel those of each part, and how
 * many there are.
 * @throws AppError not-found
 */
export async function patientTrend(
  patientId: string,
  query: PatientTrendQuery,
): Promise<PatientTrend> {
  const scope = await patientScope(patientId, query);
  const parameters = new Parameters();
  const withNumbers = patientNumbers(scope, parameters);
  const code = parameters.add(query.code, "text");
  const system = parameters.add(query.code_system ?? null, "text");
  const unit = parameters.add(query.unit ?? null, "text");
  const found = await rows(
    Value,
    `WITH ${withNumbers}
     SELECT part_code, part_display, etl_job_id AS job_id, id, value, total,
            to_char(effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
       FROM (SELECT *, count(*) OVER (PARTITION BY part_code)::float8 AS total,
                    row_number() OVER (PARTITION BY part_code
                                       ORDER BY effective_at DESC, id DESC, part_no) AS place
               FROM numbers
              WHERE code = ${code} AND code_system IS NOT DISTINCT FROM ${system}
                AND unit IS NOT DISTINCT FROM ${unit}) AS ranked
      WHERE place <= ${parameters.add(query.limit, "int")}
      -- systolic before diastolic
      ORDER BY part_code = '8462-4', part_no, place`,
    parameters.all,
  );
  const lines = new Map<string | null, PatientTrend["lines"][number]>();
  for (const { part_code, part_display, total, ...row } of found) {
    const line = lines.get(part_code) ?? {
      code: part_code,
      display: part_display,
      total,
      rows: [],
    };
    line.rows.push(row);
    lines.set(part_code, line);
  }
  return { lines: [...lines.values()] };
}
