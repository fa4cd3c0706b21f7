import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, Hono } from "hono";
import { type Env, redirected, type SandboxContext } from "./context";
import { asSent } from "./export-lines";
import type { BulkExport, ExportFile } from "./exports";
import { outcomeResponse } from "./outcome";
import { attachmentOf } from "./population/documents";
import { sendFile } from "./send-file";

const gone = (status: 401 | 403 | 404 | 410) =>
  outcomeResponse(status, "Access to the target resource is no longer available", "not-found");

/** The status of a link that has died, by its signature `generation-moment`; null while it lives. */
function deadLink({ faults }: SandboxContext, signature: string | undefined) {
  const { expiredLinks, linkSeconds } = faults.settings;
  if (expiredLinks === undefined && linkSeconds === undefined) return null;
  const [generation = -1, moment = 0] = (signature ?? "").split("-").map(Number);
  const replaced = expiredLinks !== undefined && generation < faults.generation;
  const old = linkSeconds !== undefined && Date.now() > moment + linkSeconds * 1000;
  return replaced || old ? (expiredLinks ?? 403) : null;
}

/** Answers in place of a file that faults ask for. */
function refusal(context: SandboxContext, signature: string | undefined): Response | null {
  const { faults } = context;
  const html = faults.html("file");
  if (html) return html;
  const { fileGone } = faults.settings;
  if (fileGone && faults.strikes("fileGoneTimes", true)) return gone(fileGone);
  const dead = deadLink(context, signature);
  if (dead) return gone(dead);
  if (faults.strikes("file429"))
    return outcomeResponse(429, "Too many downloads", "throttled", faults.retryAfter());
  if (faults.strikes("file503"))
    return new Response("Service Unavailable", { status: 503, headers: faults.retryAfter() });
  if (faults.strikes("file500"))
    return outcomeResponse(500, "An unknown error occurred. Please try again.", "transient");
  return null;
}

/** The same resources in other bytes: a space more for each time the file was sent. */
function* respaced(lines: Iterable<string>, spaces: number): Generator<string> {
  const pad = `{${" ".repeat(spaces)}`;
  for (const line of lines) yield line.startsWith("{") ? pad + line.slice(1) : line;
}

async function send(context: SandboxContext, c: Context<Env>, job: BulkExport, file: ExportFile) {
  const { settings } = context.faults;
  const gzip = !settings.noGzip && /\bgzip\b/.test(c.req.header("accept-encoding") ?? "");
  const times = settings.changingFiles ? file.sent : 0;
  const version = settings.changingFiles === "newEtag" ? file.sent : 0;
  file.sent += 1;
  const unique = settings.etag === "changing" ? `-${Date.now()}-${file.sent}` : "";
  const name = `"${job.id.slice(0, 8)}-${file.name}-${version}${gzip ? "-gz" : ""}${unique}"`;
  await sendFile(c.env.outgoing, {
    lines: () => {
      const lines = asSent(file.lines(), job.request.elements, settings);
      return times > 0 ? respaced(lines, times) : lines;
    },
    count: file.count,
    gzip,
    range: c.req.header("range"),
    ifRange: c.req.header("if-range"),
    etag: settings.etag === "missing" ? null : settings.etag === "weak" ? `W/${name}` : name,
    faults: settings,
    stop: context.faults.strikes("cutFile")
      ? "cut"
      : context.faults.strikes("hangFile")
        ? "hang"
        : null,
    short: context.faults.strikes("shortFile"),
  });
  return RESPONSE_ALREADY_SENT;
}

/** The files of exports, and attachments. */
export function routeDownloads(app: Hono<Env>, context: SandboxContext): void {
  const { exports, faults, population } = context;
  let running = 0;
  app.get("/fhir/bulkfiles/:id/:name", async (c) => {
    const early = await redirected(context, c, "file");
    if (early) return early;
    const job = exports.find(c.req.param("id"));
    const name = c.req.param("name");
    const file = job
      ? [...job.output, ...job.deleted, ...job.error].find((one) => one.name === name)
      : undefined;
    if (!job || !file) return outcomeResponse(404, "The file was not found", "not-found");
    const refused = refusal(context, c.req.query("sig"));
    if (refused) return refused;
    if (running >= (faults.settings.downloadsAtOnce ?? Infinity))
      return outcomeResponse(429, "Too many downloads", "throttled", faults.retryAfter());
    running += 1;
    try {
      return await send(context, c, job, file);
    } finally {
      running -= 1;
    }
  });

  /** The attachment behind `Binary/[id]` or `attachments/[id].html`, or a refusal. */
  const attachment = (id: string, form: "Binary" | "attachments") => {
    if (faults.strikes("attachment429"))
      return outcomeResponse(429, "Too many downloads", "throttled", faults.retryAfter());
    if (faults.strikes("attachment500"))
      return outcomeResponse(500, "An unknown error occurred. Please try again.", "transient");
    const place = population.has("DocumentReference") ? population.find(id) : null;
    if (place?.type !== "DocumentReference")
      return outcomeResponse(404, `There is no ${form}/${id}`, "not-found");
    const person = population.person(place.group, place.owner);
    const found = attachmentOf(person, place.n);
    if (found.missing || !found.url?.includes(`/${form}/`))
      return outcomeResponse(404, `There is no ${form}/${id}`, "not-found");
    const { attachmentBytes } = faults.settings;
    const body = attachmentBytes === undefined ? found.body() : Buffer.alloc(attachmentBytes, "x");
    return { contentType: found.contentType, body };
  };
  app.get("/fhir/attachments/:name", (c) => {
    const found = attachment(c.req.param("name").replace(/\.html$/, ""), "attachments");
    if (found instanceof Response) return found;
    return new Response(new Uint8Array(found.body), {
      headers: { "Content-Type": found.contentType },
    });
  });
  app.get("/fhir/Binary/:id", (c) => {
    const id = c.req.param("id");
    const found = attachment(id, "Binary");
    if (found instanceof Response) return found;
    // FHIR R4, "Serving Binary Resources using the RESTful API": raw unless FHIR is asked for.
    const accept = c.req.header("accept") ?? "";
    if (/fhir|^application\/json/.test(accept))
      return new Response(
        JSON.stringify({
          resourceType: "Binary",
          id,
          contentType: found.contentType,
          data: found.body.toString("base64"),
        }),
        { headers: { "Content-Type": "application/fhir+json; charset=utf-8" } },
      );
    return new Response(new Uint8Array(found.body), {
      headers: { "Content-Type": found.contentType },
    });
  });
}
