import type { DataTable } from "@/lib/store/data-tables";
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

/** The primary key, which says when two lines are the same resource. */
export function keyColumns(table: DataTable): string[] {
  return ["etl_job_id", "patient_id", ...(table === "resources" ? ["resource_type"] : []), "id"];
}
