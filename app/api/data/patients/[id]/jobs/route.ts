import { PatientJobs, PatientParams } from "@/lib/contract/patient";
import { route } from "@/lib/http/route";
import { patientJobList } from "@/lib/query/patient-jobs";

/** `GET /api/data/patients/{id}/jobs`: the jobs that hold anything of a patient. */
export const GET = route(
  {
    access: "read",
    answer: PatientJobs,
    params: PatientParams,
  },
  ({ params }) => patientJobList(params.id),
);
