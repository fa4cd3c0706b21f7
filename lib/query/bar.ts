import type { DataQuery } from "@/lib/contract/data";
import { AppError } from "@/lib/errors";
import type { DataTable } from "@/lib/store/data-tables";
import type { RollUpName } from "@/lib/store/roll-ups";
import type { Parameters } from "./parameters";

type BarQuery = Pick<
  DataQuery,
  | "code"
  | "code_system"
  | "display"
  | "class"
  | "class_not"
  | "numeric"
  | "unit"
  | "value_from"
  | "value_to"
>;

/** What a bar of a chart stands for; each function adds to the parameters of its own statement. */
export type Bar = {
  /** what its resources meet, over their table */
  rows: (parameters: Parameters) => string;
  /** where a roll-up counts them: the sum of `n` where it meets that; absent: nowhere but in the rows */
  counted?: { name: RollUpName; meets: (parameters: Parameters) => string; n: Bar["rows"] };
};

type Names = { system: string; code: string; display: string };
const named: Names = { system: "code_system", code: "code", display: "code_display" };
const names: Partial<Record<DataTable, Names>> = {
  conditions: named,
  observations: named,
  resources: named,
  medication_requests: {
    system: "medication_system",
    code: "medication_code",
    display: "medication_display",
  },
};

/** An empty text stands for what is not there. */
const same = (column: string, text: string, parameters: Parameters) =>
  `${column} IS NOT DISTINCT FROM NULLIF(${parameters.add(text, "text")}, '')`;

function ofCode(query: BarQuery, { system, code, display }: Names, parameters: Parameters): string {
  const meets: string[] = [];
  if (query.code !== undefined) meets.push(`${code} = ${parameters.add(query.code, "text")}`);
  if (query.code_system !== undefined) meets.push(same(system, query.code_system, parameters));
  if (query.display !== undefined) {
    meets.push(`${code} IS NULL`, same(display, query.display, parameters));
  }
  return meets.join(" AND ");
}

function inRange(query: BarQuery, value: string, parameters: Parameters): string[] {
  const { value_from: from, value_to: to } = query;
  return [
    ...(from === undefined ? [] : [`${value} >= ${parameters.add(from, "float8")}`]),
    ...(to === undefined ? [] : [`${value} < ${parameters.add(to, "float8")}`]),
  ];
}

/** Has an Observation such a number, as `numericObservations` finds them: its own, else of a component? */
function ofNumber(query: BarQuery, parameters: Parameters): string {
  const meets = (value: string, unit: string, of: Names) =>
    [
      `abs(${value}) < 1e150`,
      ofCode(query, of, parameters),
      ...(query.unit === undefined ? [] : [same(unit, query.unit, parameters)]),
      ...inRange(query, value, parameters),
    ]
      .filter(Boolean)
      .join(" AND ");
  const component: Names = { system: "c.system", code: "c.code", display: "c.display" };
  return `status IS DISTINCT FROM 'entered-in-error' AND (
    (value_quantity IS NOT NULL AND ${meets("value_quantity", "value_unit", named)})
    OR (value_quantity IS NULL AND value_text IS NULL AND component_codes IS NOT NULL AND EXISTS (
      SELECT FROM unnest(component_systems, component_codes, component_displays, component_units,
                         component_values) AS c (system, code, display, unit, value)
       WHERE ${meets("c.value", "c.unit", component)})))`;
}

const refuse = (name: string, what: string) =>
  new AppError("invalid-request", { reason: `${name}: only for ${what}` });

const records = () => "records";

const given = (...values: unknown[]) => values.some((value) => value !== undefined);

/**
 * The resources behind a bar: what finds them and where they are counted. Null where none is named.
 * @throws AppError invalid-request where the type has no such bars
 */
export function barOf(table: DataTable, query: BarQuery): Bar | null {
  const { code, code_system, display, value_from, value_to, unit, numeric } = query;
  const { class: name, class_not: others = [] } = query;
  if (name !== undefined || others.length > 0) {
    if (table !== "encounters") throw refuse("class, class_not", "Encounter");
    const rows: Bar["rows"] = (parameters) =>
      [
        ...(name === undefined ? [] : [`= ${parameters.add(name, "text")}`]),
        ...(others.length === 0 ? [] : [`<> ALL (${parameters.add(others, "text[]")})`]),
      ]
        .map((meets) => `COALESCE(class_code, 'unknown') ${meets}`)
        .join(" AND ");
    return { rows, counted: { name: "roll_up_encounters", meets: rows, n: records } };
  }
  if (numeric || given(unit, value_from, value_to)) {
    if (table !== "observations") {
      throw refuse("numeric, unit, value_from, value_to", "Observation");
    }
    const n = (parameters: Parameters) => {
      const range = inRange(query, "value", parameters).join(" AND ");
      return range
        ? `(SELECT sum(times) FROM unnest(values, counts) AS each (value, times) WHERE ${range})`
        : "records";
    };
    const meets = (parameters: Parameters) =>
      [
        ofCode(query, named, parameters),
        ...(unit === undefined ? [] : [same("unit", unit, parameters)]),
      ]
        .filter(Boolean)
        .join(" AND ");
    return {
      rows: (parameters) => ofNumber(query, parameters),
      // Numbers without a code stand in no chart.
      counted: code === undefined ? undefined : { name: "roll_up_values", meets, n },
    };
  }
  if (!given(code, code_system, display)) return null;
  const own = names[table];
  if (!own) throw refuse("code, code_system, display", "types with a code");
  const rows: Bar["rows"] = (parameters) => ofCode(query, own, parameters);
  if (table !== "conditions" && table !== "medication_requests") return { rows };
  const inRollUp: Names = { system: "code_system", code: "code", display: "display" };
  const meets = (parameters: Parameters) =>
    `kind = '${table}' AND ${ofCode(query, inRollUp, parameters)}`;
  return { rows, counted: { name: "roll_up_codes", meets, n: records } };
}
