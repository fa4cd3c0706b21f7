import type { DataTable } from "@/lib/store/data-tables";
import type { CellKind } from "./copy-buffer";
import { condition } from "./resources/condition";
import { encounter } from "./resources/encounter";
import { medicationRequest } from "./resources/medication-request";
import { observation } from "./resources/observation";
import { other } from "./resources/other";
import { patient } from "./resources/patient";
import type { ColumnReader } from "./resources/row-columns";

/** How each table's own columns are read. */
export const columnReaders: Record<DataTable, ColumnReader> = {
  patients: patient,
  conditions: condition,
  observations: observation,
  medication_requests: medicationRequest,
  encounters: encounter,
  resources: other,
};

/** The columns of a table in the order in which COPY writes them. */
export function copyColumns(table: DataTable): string[] {
  return [
    "etl_job_id",
    "patient_id",
    "id",
    ...(table === "resources" ? ["resource_type"] : []),
    "file_no",
    "line_no",
    "last_updated",
    ...columnReaders[table].names,
    "resource",
  ];
}

const kindOf = (column: string): CellKind => {
  if (column.endsWith("_at")) return "time";
  if (column === "birth_date") return "day";
  if (column === "deceased") return "flag";
  if (column === "component_values") return "numbers";
  if (column.startsWith("component_")) return "texts";
  return column === "value_quantity" ? "number" : "text";
};

/** The kinds of the reader's columns, in their order; that the tables agree every load shows. */
export const columnKinds = Object.fromEntries(
  Object.entries(columnReaders).map(([table, { names }]) => [table, names.map(kindOf)]),
) as Record<DataTable, CellKind[]>;

/** The primary key, which says when two lines are the same resource. */
export function keyColumns(table: DataTable): string[] {
  return ["etl_job_id", "patient_id", ...(table === "resources" ? ["resource_type"] : []), "id"];
}

/**
 * What the charts and lists look a job's rows up by, beside the key. Built by settleJob once the rows
 * are in, a partition at a time: keeping them up to date row by row costs a load more than building.
 * Not by etl_job_id first: a partition has one job, and sorting by a column that is the same in every
 * row takes half as long again.
 */
export const lookUpColumns: Record<DataTable, string[]> = {
  patients: ["gender", "birth_date"],
  conditions: ["code"],
  observations: ["code"],
  medication_requests: ["medication_code"],
  encounters: ["start_at"],
  resources: ["resource_type"],
};

/** A hash has room for a text of any length, is quick to sort and takes a third of the space of an id. */
const hash = (column: string) => `hashtextextended(${column}, 0)`;

/**
 * What a search finds rows by, beside the code that the table is looked up by: definitions of indexes,
 * by the end of their names. Ids of patients are found by their begin, in whatever collation; others
 * whole, because an index of their texts takes a load twice as long.
 */
export const searchIndexes: Record<DataTable, Record<string, string>> = {
  patients: {
    id: "id text_pattern_ops",
    family: hash("family_name"),
    given: hash("given_name"),
  },
  conditions: { id: hash("id") },
  observations: { id: hash("id") },
  medication_requests: { id: hash("id") },
  encounters: { id: hash("id"), words: hash("type_display") },
  resources: { id: hash("id"), words: hash("code") },
};

/** Codes of components stand in the roll-ups of values, which are looked up by code. */
const rolledUpByCode = "component_codes";

/** Where those that hold text stand among the reader's columns: an index entry has an end. */
export const indexedTexts = Object.fromEntries(
  Object.entries(columnReaders).map(([table, { names }]) => [
    table,
    names.flatMap((name, index) =>
      name === rolledUpByCode ||
      (lookUpColumns[table as DataTable].includes(name) && kindOf(name) === "text")
        ? [index]
        : [],
    ),
  ]),
) as Record<DataTable, number[]>;
