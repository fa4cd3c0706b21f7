import type { Context, Hono } from "hono";
import {
  type Env,
  fhirBaseOf,
  redirected,
  requiresAccessToken,
  type SandboxContext,
} from "./context";
import type { BulkExport } from "./exports";
import { manifestOf } from "./manifest";
import { outcomeResponse } from "./outcome";
import { tooManyFiles } from "./too-many-files";

/** Answers of the status request itself that faults ask for, whatever the export does. */
function refusal({ faults }: SandboxContext): Response | null {
  const page = faults.html("status");
  if (page) return page;
  if (faults.strikes("status429"))
    return outcomeResponse(429, "Too many status requests", "throttled", faults.retryAfter());
  if (faults.strikes("status500"))
    return outcomeResponse(
      500,
      "An unknown error occurred (transient_error). Please try again.",
      "transient",
    );
  if (faults.strikes("status502"))
    return new Response("<html><body><h1>502 Bad Gateway</h1></body></html>", {
      status: 502,
      headers: { "Content-Type": "text/html" },
    });
  if (faults.strikes("status503"))
    return new Response(null, { status: 503, headers: faults.retryAfter() });
  if (faults.strikes("status504")) return new Response("Gateway Timeout", { status: 504 });
  return null;
}

/** A page of the manifest with its links in the form that is set. */
async function manifestPage(
  context: SandboxContext,
  c: Context<Env>,
  job: BulkExport,
  early: boolean,
): Promise<object | null> {
  const { faults } = context;
  const { expiredLinks, links, linkSeconds } = faults.settings;
  const files = `/fhir/bulkfiles/${job.id}/`;
  const base = {
    usual: `${fhirBaseOf(context, c)}/bulkfiles/${job.id}/`,
    rooted: files,
    relative: `../bulkfiles/${job.id}/`,
    otherHost: "",
  }[links ?? "usual"];
  const signed = expiredLinks !== undefined || linkSeconds !== undefined;
  return manifestOf(job, {
    faults: faults.settings,
    statusUrl: `${fhirBaseOf(context, c)}/bulkstatus/${job.id}`,
    linkBase: base || `${await context.elsewhere()}${files}`,
    linkEnd: signed ? `?sig=${faults.generation}-${Date.now()}` : "",
    requiresAccessToken: requiresAccessToken(context),
    page: Number(c.req.query("page") ?? 1),
    early,
  });
}

/** What the export itself says. */
async function statusOf(
  context: SandboxContext,
  c: Context<Env>,
  job: BulkExport,
): Promise<Response> {
  const { exports, faults } = context;
  const { exportError, tooManyFilesAt, earlyManifest, xProgress } = faults.settings;
  if (job.failure) return outcomeResponse(500, job.failure, "exception");
  const progress = exports.progress(job);
  if (progress < 100 || !job.census) {
    const text = xProgress ?? `${Math.min(99, progress)}% complete, Please wait...`;
    const headers = { ...(text ? { "X-Progress": text } : {}), ...faults.retryAfter() };
    const early =
      earlyManifest && job.request.partialManifests && job.census && progress >= 50
        ? await manifestPage(context, c, job, true)
        : null;
    return early ? c.json(early, 202, headers) : new Response(null, { status: 202, headers });
  }
  const refused =
    tooManyFilesAt === "kickoff" ? null : tooManyFiles(faults.settings, job.output.length);
  if (refused) return refused;
  if (exportError) return outcomeResponse(500, exportError, "exception");
  const manifest = await manifestPage(context, c, job, false);
  if (!manifest) return outcomeResponse(404, "The manifest has no such page", "not-found");
  return c.json(manifest, 200, { Expires: new Date(Date.now() + 3_600_000).toUTCString() });
}

/** The status URL: polling, manifest, DELETE. */
export function routeStatus(app: Hono<Env>, context: SandboxContext): void {
  const { exports, faults } = context;
  app.get("/fhir/bulkstatus/:id", async (c) => {
    const early = await redirected(context, c, "status");
    if (early) return early;
    const job = exports.find(c.req.param("id"));
    if (!job) return outcomeResponse(404, "The export was not found or was deleted", "not-found");
    const refused = refusal(context);
    if (refused) return refused;
    const response = await statusOf(context, c, job);
    if (!job.request.separateStatus) return response;
    // Bulk Data 3.0.0, "Headers": the HTTP status is the request's own, the export's is a header.
    const headers = new Headers(response.headers);
    headers.set("X-Export-Status", String(response.status));
    return new Response(response.body, { status: 200, headers });
  });
  app.delete("/fhir/bulkstatus/:id", (c) => {
    const { deleteStatus } = faults.settings;
    const known = exports.remove(c.req.param("id"));
    if (deleteStatus !== undefined)
      return deleteStatus === 204
        ? new Response(null, { status: 204 })
        : outcomeResponse(deleteStatus, "DELETE is handled oddly here");
    return known
      ? outcomeResponse(202, "The export was deleted")
      : outcomeResponse(404, "The export was not found or was deleted", "not-found");
  });
}
