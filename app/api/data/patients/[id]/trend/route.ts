import { PatientParams, PatientTrend, PatientTrendQuery } from "@/lib/contract/patient";
import { route } from "@/lib/http/route";
import { patientTrend } from "@/lib/query/patient-trend";

/** `GET /api/data/patients/{id}/trend?code=&code_system=&unit=&job=&state=&limit=` */
export const GET = route(
  {
    access: "read",
    query: PatientTrendQuery,
    answer: PatientTrend,
    params: PatientParams,
  },
  ({ query, params }) => patientTrend(params.id, query),
);
