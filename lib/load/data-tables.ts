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
