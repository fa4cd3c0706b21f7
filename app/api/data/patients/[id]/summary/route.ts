import { PatientParams, PatientQuery, PatientSummary } from "@/lib/contract/patient";
import { route } from "@/lib/http/route";
import { patientSummary } from "@/lib/query/patient-summary";

/** `GET /api/data/patients/{id}/summary?job=&state=`: one patient, of one job or as the current state. */
export const GET = route(
  {
    access: "read",
    query: PatientQuery,
    answer: PatientSummary,
    params: PatientParams,
  },
  ({ query, params }) => patientSummary(params.id, query),
);
