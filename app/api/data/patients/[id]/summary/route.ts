import { z } from "zod";
import { PatientQuery, PatientSummary } from "@/lib/contract/patient";
import { route } from "@/lib/http/route";
import { patientSummary } from "@/lib/query/patient-summary";

/** `GET /api/data/patients/{id}/summary?job=&state=`: one patient, of one job or as the current state. */
export const GET = route(
  {
    access: "read",
    query: PatientQuery,
    answer: PatientSummary,
    params: z.object({ id: z.string().min(1).max(2048) }),
  },
  ({ query, params }) => patientSummary(params.id, query),
);
