import type { Context, Hono } from "hono";
import {
  type Env,
  fhirBaseOf,
  groupsNow,
  originOf,
  redirected,
  type SandboxContext,
} from "./context";
import { readExportRequest, readParameters } from "./export-request";
import type { SandboxGroup } from "./groups";
import { outcomeResponse } from "./outcome";
import { tooManyFiles } from "./too-many-files";

/** The refusals that faults ask for, before the request is looked at. */
function refusal({ faults, exports }: SandboxContext): Response | null {
  const page = faults.html("kickoff");
  if (page) return page;
  const { exportMissing, exportsAtOnce, kickoffError } = faults.settings;
  if (exportMissing)
    return outcomeResponse(
      exportMissing,
      exportMissing === 403
        ? "Bulk export is not allowed for this client"
        : "This server does not know the operation $export",
      exportMissing === 403 ? "forbidden" : "not-supported",
    );
  const busy = exportsAtOnce !== undefined && exports.running() >= exportsAtOnce;
  if (busy || faults.strikes("kickoff429"))
    return outcomeResponse(
      429,
      "Another export is already running",
      "throttled",
      faults.retryAfter(),
    );
  if (faults.strikes("kickoff500"))
    return outcomeResponse(500, "An unknown error occurred. Please try again.", "transient");
  if (faults.strikes("kickoff503"))
    return new Response("Service Unavailable", { status: 503, headers: faults.retryAfter() });
  return kickoffError ? outcomeResponse(500, kickoffError) : null;
}

async function kickOff(
  context: SandboxContext,
  c: Context<Env>,
  level: "system" | "patient" | "group",
  groups: SandboxGroup[],
): Promise<Response> {
  const { exports, faults, population } = context;
  const early = (await redirected(context, c, "kickoff")) ?? refusal(context);
  if (early) return early;
  const url = new URL(c.req.url);
  const requestUrl = `${originOf(context, c)}${url.pathname}${url.search}`;
  let parameters = [...url.searchParams];
  if (c.req.method === "POST")
    parameters = [...parameters, ...readParameters(await c.req.json().catch(() => null))];
  c.set("parameters", parameters);
  const request = readExportRequest(
    level,
    c.req.method,
    c.req.raw.headers,
    parameters,
    (type) => population.has(type),
    faults.settings,
  );
  const types = request.types?.length ?? population.types.length;
  const refused =
    faults.settings.tooManyFilesAt === "kickoff" ? tooManyFiles(faults.settings, types) : null;
  if (refused) return refused;
  const job = exports.start(requestUrl, groups, request, c.get("grant")?.types ?? "*");
  const status = `${fhirBaseOf(context, c)}/bulkstatus/${job.id}`;
  const form = faults.settings.contentLocation;
  return outcomeResponse(
    202,
    `Your request has been accepted. You can check its status at "${status}"`,
    "processing",
    {
      ...(form === "missing"
        ? {}
        : { "Content-Location": form === "relative" ? new URL(status).pathname : status }),
      ...(request.separateStatus
        ? { "Preference-Applied": "respond-async, separate-export-status" }
        : {}),
    },
  );
}

/** `$export` at system, patient and group level, by GET and POST. */
export function routeKickOff(app: Hono<Env>, context: SandboxContext): void {
  const { options, population } = context;
  app.on(["GET", "POST"], "/fhir/$export", (c) => kickOff(context, c, "system", population.groups));
  app.on(["GET", "POST"], "/fhir/Patient/$export", (c) =>
    kickOff(context, c, "patient", population.groups),
  );
  app.on(["GET", "POST"], "/fhir/Group/:id/$export", (c) => {
    const id = c.req.param("id");
    const group = groupsNow(context).find((one) => one.id === id);
    if (!group && options.unknownGroup === "404")
      return outcomeResponse(404, `There is no Group/${id}`, "not-found");
    return kickOff(context, c, "group", group ? [group] : []);
  });
}
