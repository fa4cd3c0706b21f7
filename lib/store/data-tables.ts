/** The tables that hold exported data, each partitioned by list of etl_job_id. */
export const dataTables = [
  "patients",
  "conditions",
  "observations",
  "medication_requests",
  "encounters",
  "resources",
] as const;

export type DataTable = (typeof dataTables)[number];

/** Resource types with a table of their own. */
export const typeOfTable: Record<Exclude<DataTable, "resources">, string> = {
  patients: "Patient",
  conditions: "Condition",
  observations: "Observation",
  medication_requests: "MedicationRequest",
  encounters: "Encounter",
};

const tableOfType = new Map<string, DataTable>(
  Object.entries(typeOfTable).map(([table, type]) => [type, table as DataTable]),
);

/** Which table holds a resource type: its own, or `resources`. */
export function tableOf(resourceType: string): DataTable {
  return tableOfType.get(resourceType) ?? "resources";
}
