import { z } from "zod";
import type { PatientMeasurement } from "@/lib/contract/patient";
import { Parameters } from "./parameters";
import { patientRows } from "./patient-rows";
import type { PatientScope } from "./patient-scope";
import { rows } from "./rows";

/** Of each line, what a small picture can show. */
const points = 60;
/** Different things measured; a patient of a year in intensive care has some 150. */
const lines = 400;

/**
 * A WITH list that ends in `numbers`: every dated number that is told of the patient, one a row. A panel
 * without a value of its own (blood pressure) gives its parts, under the panel's code. What was entered
 * in error is left out.
 */
export function patientNumbers(scope: PatientScope, parameters: Parameters): string {
  const from = patientRows(
    "observations",
    [
      ...["code_system", "code", "code_display", "category", "status", "effective_at"],
      ...["value_quantity", "value_unit", "value_text", "component_codes", "component_displays"],
      ...["component_units", "component_values"],
    ],
    scope,
    parameters,
  );
  const told = "etl_job_id, id, code_system, code, code_display, category, effective_at";
  return `
    held AS MATERIALIZED (
      SELECT * FROM ${from} AS every
       WHERE effective_at IS NOT NULL AND status IS DISTINCT FROM 'entered-in-error'),
    numbers AS (
      SELECT ${told}, value_unit AS unit, NULL::text AS part_code, NULL::text AS part_display,
             0::bigint AS part_no, value_quantity AS value
        FROM held WHERE value_quantity IS NOT NULL
      UNION ALL
      SELECT ${told}, p.unit, p.own_code, p.display, p.no, p.value
        FROM held
       CROSS JOIN LATERAL unnest(component_codes, component_displays, component_units, component_values)
             WITH ORDINALITY AS p (own_code, display, unit, value, no)
       WHERE value_quantity IS NULL AND value_text IS NULL)`;
}

const Line = z.object({
  code_system: z.string().nullable(),
  code: z.string().nullable(),
  display: z.string().nullable(),
  category: z.string().nullable(),
  unit: z.string().nullable(),
  part_code: z.string().nullable(),
  part_display: z.string().nullable(),
  total: z.number(),
  ats: z.array(z.number()),
  values: z.array(z.number()),
  job_id: z.uuid(),
  id: z.string(),
});
type Line = z.infer<typeof Line>;

const Amount = z.object({ value: z.number() }).nullish().catch(null);
const Ranges = z
  .array(z.object({ low: Amount, high: Amount, appliesTo: z.unknown() }).partial())
  .catch([]);

/** The range that holds for anybody, else the first one. */
function rangeOf(value: unknown): PatientMeasurement["range"] {
  const ranges = Ranges.parse(value ?? []).filter(({ low, high }) => low || high);
  const range = ranges.find(({ appliesTo }) => appliesTo === undefined) ?? ranges[0];
  return range ? { low: range.low?.value ?? null, high: range.high?.value ?? null } : null;
}

async function ranges(scope: PatientScope, found: Line[]) {
  const parameters = new Parameters();
  const ids = parameters.add(
    found.filter(({ part_code }) => part_code === null).map(({ id }) => id),
    "text[]",
  );
  const from = patientRows("observations", ["resource"], scope, parameters);
  const told = await rows(
    z.object({ id: z.string(), range: z.unknown() }),
    `SELECT id, resource->'referenceRange' AS range FROM ${from} AS held WHERE id = ANY(${ids})`,
    parameters.all,
  );
  return new Map(told.map(({ id, range }) => [id, rangeOf(range)]));
}

/** Systolic before diastolic, as people say it; servers send them in either order. */
const spoken = ["8480-6", "8462-4"];
const rank = ({ part_code }: Line) => {
  const at = spoken.indexOf(part_code ?? "");
  return at < 0 ? spoken.length : at;
};

/**
 * What was measured of a patient: for each code and unit its newest values, the number of all, and the
 * reference range of the newest. The most frequent first.
 */
export async function patientMeasurements(scope: PatientScope): Promise<PatientMeasurement[]> {
  const parameters = new Parameters();
  const same = "code_system, code, unit, part_code";
  const withNumbers = patientNumbers(scope, parameters);
  const most = parameters.add(points, "int");
  const found = await rows(
    Line,
    `WITH ${withNumbers}
     SELECT code_system, code, unit, part_code, max(total)::float8 AS total,
            (array_agg(code_display ORDER BY place))[1] AS display,
            (array_agg(category ORDER BY place))[1] AS category,
            (array_agg(part_display ORDER BY place))[1] AS part_display,
            array_agg(extract(epoch FROM effective_at)::float8 * 1000 ORDER BY place DESC) AS ats,
            array_agg(value ORDER BY place DESC) AS values,
            (array_agg(etl_job_id ORDER BY place))[1] AS job_id, (array_agg(id ORDER BY place))[1] AS id
       FROM (SELECT *, count(*) OVER (PARTITION BY ${same}) AS total,
                    row_number() OVER (PARTITION BY ${same}
                                       ORDER BY effective_at DESC, id DESC, part_no) AS place
               FROM numbers) AS ranked
      WHERE place <= ${most}
      GROUP BY ${same}
      ORDER BY total DESC, display, code, min(part_no) LIMIT ${parameters.add(lines, "int")}`,
    parameters.all,
  );
  const known = await ranges(scope, found);
  const measured = new Map<string, { measurement: PatientMeasurement; lines: Line[] }>();
  for (const line of found) {
    const { code_system, code, unit, display, category, job_id, id } = line;
    const key = JSON.stringify([code_system, code, unit, line.part_code !== null]);
    const one = measured.get(key) ?? {
      lines: [],
      measurement: {
        ...{ code_system, code, display, category, unit, lines: [] },
        last: { job_id, id },
        range: line.part_code === null ? (known.get(id) ?? null) : null,
      },
    };
    one.lines.push(line);
    measured.set(key, one);
  }
  return [...measured.values()].map((one) => ({
    ...one.measurement,
    lines: one.lines
      .toSorted((a, b) => rank(a) - rank(b))
      .map(({ part_code, part_display, total, ats, values }) => ({
        code: part_code,
        display: part_display,
        total,
        points: ats.map((at, place): [number, number] => [at, values[place] ?? 0]),
      })),
  }));
}
