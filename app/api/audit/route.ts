import { AuditList, AuditQuery } from "@/lib/contract/settings";
import { route } from "@/lib/http/route";
import { auditTrail } from "@/lib/store/audit";

export const GET = route({ access: "admin", query: AuditQuery, answer: AuditList }, ({ query }) =>
  auditTrail(query),
);
