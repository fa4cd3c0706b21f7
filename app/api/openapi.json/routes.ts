import * as wellKnownJwksJson from "@/app/.well-known/jwks.json/route";
import * as about from "@/app/api/about/route";
import * as accountPassword from "@/app/api/account/password/route";
import * as apiKeysApiKeyId from "@/app/api/api-keys/[apiKeyId]/route";
import * as apiKeys from "@/app/api/api-keys/route";
import * as audit from "@/app/api/audit/route";
import * as bulkDataJobsJobIdEvents from "@/app/api/bulk-data/jobs/[jobId]/events/route";
import * as bulkDataJobsJobIdFiles from "@/app/api/bulk-data/jobs/[jobId]/files/route";
import * as bulkDataJobsJobIdIncremental from "@/app/api/bulk-data/jobs/[jobId]/incremental/route";
import * as bulkDataJobsJobIdLog from "@/app/api/bulk-data/jobs/[jobId]/log/route";
import * as bulkDataJobsJobIdRejectedLines from "@/app/api/bulk-data/jobs/[jobId]/rejected-lines/route";
import * as bulkDataJobsJobIdRetry from "@/app/api/bulk-data/jobs/[jobId]/retry/route";
import * as bulkDataJobsJobId from "@/app/api/bulk-data/jobs/[jobId]/route";
import * as bulkDataJobsJobIdSize from "@/app/api/bulk-data/jobs/[jobId]/size/route";
import * as bulkDataJobsJobIdThroughput from "@/app/api/bulk-data/jobs/[jobId]/throughput/route";
import * as bulkDataJobs from "@/app/api/bulk-data/jobs/route";
import * as bulkDataKickOff from "@/app/api/bulk-data/kick-off/route";
import * as bulkDataResume from "@/app/api/bulk-data/resume/route";
import * as bulkDataStatusJobId from "@/app/api/bulk-data/status/[jobId]/route";
import * as chartsChart from "@/app/api/charts/[chart]/route";
import * as connectionsConnectionIdCapability from "@/app/api/connections/[connectionId]/capability/route";
import * as connectionsConnectionIdGroups from "@/app/api/connections/[connectionId]/groups/route";
import * as connectionsConnectionIdKeysRotate from "@/app/api/connections/[connectionId]/keys/rotate/route";
import * as connectionsConnectionIdRegistration from "@/app/api/connections/[connectionId]/registration/route";
import * as connectionsConnectionId from "@/app/api/connections/[connectionId]/route";
import * as connectionsConnectionIdTest from "@/app/api/connections/[connectionId]/test/route";
import * as connectionsRecognise from "@/app/api/connections/recognise/route";
import * as connections from "@/app/api/connections/route";
import * as dataTypeIdAttachmentsPlace from "@/app/api/data/[type]/[id]/attachments/[place]/route";
import * as dataTypeId from "@/app/api/data/[type]/[id]/route";
import * as dataType from "@/app/api/data/[type]/route";
import * as dataPatientsIdJobs from "@/app/api/data/patients/[id]/jobs/route";
import * as dataPatientsIdSummary from "@/app/api/data/patients/[id]/summary/route";
import * as dataPatientsIdTrend from "@/app/api/data/patients/[id]/trend/route";
import * as data from "@/app/api/data/route";
import * as exportsBatchId from "@/app/api/exports/[batchId]/route";
import * as exports from "@/app/api/exports/route";
import * as health from "@/app/api/health/route";
import * as invitationsAccept from "@/app/api/invitations/accept/route";
import * as overview from "@/app/api/overview/route";
import * as peopleUserIdPasswordLink from "@/app/api/people/[userId]/password-link/route";
import * as peopleUserId from "@/app/api/people/[userId]/route";
import * as peopleInvite from "@/app/api/people/invite/route";
import * as people from "@/app/api/people/route";
import type { RouteModule } from "@/lib/http/api-description";

/** Every address of the API with its handlers: a test finds whatever is missing. */
export const routes: Record<string, RouteModule> = {
  "/api/account/password": accountPassword,
  "/api/about": about,
  "/api/api-keys": apiKeys,
  "/api/api-keys/[apiKeyId]": apiKeysApiKeyId,
  "/api/audit": audit,
  "/api/bulk-data/jobs": bulkDataJobs,
  "/api/bulk-data/jobs/[jobId]": bulkDataJobsJobId,
  "/api/bulk-data/jobs/[jobId]/events": bulkDataJobsJobIdEvents,
  "/api/bulk-data/jobs/[jobId]/incremental": bulkDataJobsJobIdIncremental,
  "/api/bulk-data/jobs/[jobId]/log": bulkDataJobsJobIdLog,
  "/api/bulk-data/jobs/[jobId]/rejected-lines": bulkDataJobsJobIdRejectedLines,
  "/api/bulk-data/jobs/[jobId]/retry": bulkDataJobsJobIdRetry,
  "/api/bulk-data/jobs/[jobId]/files": bulkDataJobsJobIdFiles,
  "/api/bulk-data/jobs/[jobId]/size": bulkDataJobsJobIdSize,
  "/api/bulk-data/jobs/[jobId]/throughput": bulkDataJobsJobIdThroughput,
  "/api/bulk-data/kick-off": bulkDataKickOff,
  "/api/bulk-data/resume": bulkDataResume,
  "/api/bulk-data/status/[jobId]": bulkDataStatusJobId,
  "/api/charts/[chart]": chartsChart,
  "/api/connections": connections,
  "/api/connections/[connectionId]": connectionsConnectionId,
  "/api/connections/[connectionId]/capability": connectionsConnectionIdCapability,
  "/api/connections/[connectionId]/groups": connectionsConnectionIdGroups,
  "/api/connections/[connectionId]/keys/rotate": connectionsConnectionIdKeysRotate,
  "/api/connections/[connectionId]/registration": connectionsConnectionIdRegistration,
  "/api/connections/[connectionId]/test": connectionsConnectionIdTest,
  "/api/connections/recognise": connectionsRecognise,
  "/api/data": data,
  "/api/data/patients/[id]/jobs": dataPatientsIdJobs,
  "/api/data/patients/[id]/summary": dataPatientsIdSummary,
  "/api/data/patients/[id]/trend": dataPatientsIdTrend,
  "/api/data/[type]": dataType,
  "/api/data/[type]/[id]": dataTypeId,
  "/api/data/[type]/[id]/attachments/[place]": dataTypeIdAttachmentsPlace,
  "/api/exports": exports,
  "/api/exports/[batchId]": exportsBatchId,
  "/api/health": health,
  "/api/invitations/accept": invitationsAccept,
  "/api/overview": overview,
  "/api/people": people,
  "/api/people/[userId]": peopleUserId,
  "/api/people/[userId]/password-link": peopleUserIdPasswordLink,
  "/api/people/invite": peopleInvite,
  "/.well-known/jwks.json": wellKnownJwksJson,
};
