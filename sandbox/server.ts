import type { AddressInfo } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { Authorization, type Grant } from "./auth";
import { capabilityStatement, smartConfiguration } from "./capability";
import { type DemoClient, demoClients } from "./clients";
import { expectedCounts } from "./expected-counts";
import { exportLines } from "./export-lines";
import {
  BadKickOff,
  type Parameters as KickOffParameters,
  readExportRequest,
  readParameters,
} from "./export-request";
import { Exports } from "./exports";
import { FaultSettings, Faults } from "./faults";
import type { SandboxGroup } from "./groups";
import { completeOptions, type SandboxOptions } from "./options";
import { outcomeResponse } from "./outcome";
import { clientConfig, page } from "./page";
import { Population } from "./population/population";
import { isResourceType, type ResourceType } from "./population/resource-types";
import { BadSearch, groupResource, search, searchGroups } from "./search";
import { sendFile } from "./send-file";

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  url: string;
  port: number;
  fhirBaseUrl: string;
  tokenUrl: string;
  clients: DemoClient[];
  population: Population;
  /** Read and set to change what goes wrong; setting starts every counter anew. */
  faults: FaultSettings;
  /** The JSON of "Download as JSON". */
  config(algorithm?: DemoClient["algorithm"]): ReturnType<typeof clientConfig>;
  /** Distinct resources that an export of a group (null: all groups) holds, by type. */
  expectedCounts(
    groupId: string | null,
    types?: readonly ResourceType[],
    since?: Date,
  ): Promise<Partial<Record<ResourceType, number>>>;
  /** Every access token given out so far stops working. */
  revokeTokens(): void;
  close(): Promise<void>;
}

type Env = { Bindings: HttpBindings; Variables: { grant: Grant | null } };

const fhirJson = (body: unknown, status = 200) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/fhir+json; charset=utf-8" },
  });

/**
 * Starts a FHIR R4 bulk data server with SMART Backend Services over a made-up population
 * (Bulk Data 2.0.0 and 3.0.0; SMART App Launch 2.2.0). Several can run in one process.
 */
export async function startSandbox(given: SandboxOptions = {}): Promise<Sandbox> {
  const options = completeOptions(given);
  const population = new Population({
    seed: options.seed,
    scale: options.scale,
    asOf: options.asOf.getTime(),
  });
  const faults = new Faults(options.faults);
  const authorization = new Authorization(faults, options.tokenSeconds);
  const exports = new Exports(population, options, faults);
  const clients = await demoClients(options.stateDir);
  for (const { clientId, publicKey } of clients)
    authorization.register({ clientId, keys: [publicKey] });

  const originOf = (c: Context<Env>) => options.publicUrl ?? new URL(c.req.url).origin;
  const fhirBaseOf = (c: Context<Env>) => `${originOf(c)}/fhir`;
  const app = new Hono<Env>();

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    if (error instanceof BadKickOff) return outcomeResponse(error.status, error.message);
    if (error instanceof BadSearch) return outcomeResponse(400, error.message, "invalid");
    process.stderr.write(`sandbox: ${c.req.method} ${c.req.path}: ${error.stack}\n`);
    return outcomeResponse(500, "The sandbox itself failed", "exception");
  });
  app.notFound((c) => outcomeResponse(404, `Nothing is at ${c.req.path}`, "not-found"));

  app.get("/", (c) => c.html(page(originOf(c), population.groups, clients)));
  app.get("/download.json", (c) => {
    const algorithm = c.req.query("alg") ?? "RS384";
    const client = clients.find((candidate) => candidate.algorithm === algorithm);
    if (!client) return c.json({ error: `There is no client for "${algorithm}"` }, 404);
    c.header(
      "Content-Disposition",
      `attachment; filename="sandbox-${algorithm.toLowerCase()}.json"`,
    );
    return c.json(clientConfig(client, originOf(c)));
  });

  // What the sandbox says it sends: for tests and demos to compare with.
  app.get("/sent", async (c) => {
    const groupIds = c.req.queries("group")?.flatMap((value) => value.split(",")) ?? [];
    const types = c.req.queries("type")?.flatMap((value) => value.split(",")) ?? [];
    const chosen = population.groups.filter(
      ({ id }) => groupIds.length === 0 || groupIds.includes(id),
    );
    const since = c.req.query("since");
    const window = { from: since ? Date.parse(since) + 1 : -Infinity, to: Infinity };
    const wanted = types.filter(isResourceType);
    const counts = await expectedCounts(
      population,
      chosen,
      wanted.length > 0 ? wanted : undefined,
      window,
    );
    return c.json({ groups: chosen.map(({ id }) => id), counts });
  });

  app.get("/control/faults", (c) => c.json(faults.settings));
  app.put("/control/faults", async (c) => {
    const parsed = FaultSettings.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: parsed.error.message }, 400);
    faults.settings = parsed.data;
    return c.json(faults.settings);
  });
  app.post("/control/revoke-tokens", (c) => {
    authorization.revokeAll();
    return c.body(null, 204);
  });

  app.post("/auth/token", (c) => authorization.answerToken(c.req.raw, `${originOf(c)}/auth/token`));
  app.post("/auth/register", (c) => authorization.answerRegistration(c.req.raw));

  const discovery = (c: Context<Env>) =>
    faults.html("discovery") ?? c.json(smartConfiguration(originOf(c)));
  app.get("/fhir/.well-known/smart-configuration", discovery);
  app.get("/.well-known/smart-configuration", discovery);
  app.get(
    "/fhir/metadata",
    (c) =>
      faults.html("metadata") ??
      fhirJson(capabilityStatement(fhirBaseOf(c), `${originOf(c)}/auth/token`, options.asOf)),
  );

  app.use("/fhir/*", async (c, next) => {
    c.set("grant", null);
    if (options.auth) {
      const grant = authorization.check(c.req.raw);
      if (typeof grant === "string") {
        const response = outcomeResponse(401, grant, "login", { "WWW-Authenticate": "Bearer" });
        return response;
      }
      c.set("grant", grant);
    }
    return next();
  });

  const mayRead = (c: Context<Env>, type: string) => {
    const grant = c.get("grant");
    if (!grant || grant.types === "*" || grant.types.has(type)) return;
    throw new HTTPException(403, {
      res: outcomeResponse(
        403,
        `The scope "${grant.scope}" does not allow reading ${type}`,
        "forbidden",
      ),
    });
  };

  const kickOff = async (
    c: Context<Env>,
    level: "system" | "patient" | "group",
    groups: SandboxGroup[],
  ): Promise<Response> => {
    const page = faults.html("kickoff");
    if (page) return page;
    if (faults.strikes("kickoff429"))
      return outcomeResponse(429, "Another export is already running", "throttled", {
        "Retry-After": faults.retryAfter(),
      });
    if (faults.strikes("kickoff500"))
      return outcomeResponse(500, "An unknown error occurred. Please try again.", "transient");
    if (faults.settings.kickoffError) return outcomeResponse(500, faults.settings.kickoffError);
    const url = new URL(c.req.url);
    const requestUrl = `${originOf(c)}${url.pathname}${url.search}`;
    let parameters: KickOffParameters = [...url.searchParams];
    if (c.req.method === "POST") {
      const body = await c.req.json().catch(() => null);
      parameters = [...parameters, ...readParameters(body)];
    }
    const request = readExportRequest(level, c.req.method, c.req.raw.headers, parameters);
    const job = exports.start(requestUrl, groups, request, c.get("grant")?.types ?? "*");
    const status = `${fhirBaseOf(c)}/bulkstatus/${job.id}`;
    return outcomeResponse(
      202,
      `Your request has been accepted. You can check its status at "${status}"`,
      "processing",
      { "Content-Location": status },
    );
  };
  app.on(["GET", "POST"], "/fhir/$export", (c) => kickOff(c, "system", population.groups));
  app.on(["GET", "POST"], "/fhir/Patient/$export", (c) => kickOff(c, "patient", population.groups));
  app.on(["GET", "POST"], "/fhir/Group/:id/$export", (c) => {
    const id = c.req.param("id");
    const group = population.group(id);
    if (!group && options.unknownGroup === "404")
      return outcomeResponse(404, `There is no Group/${id}`, "not-found");
    return kickOff(c, "group", group ? [group] : []);
  });

  app.get("/fhir/bulkstatus/:id", (c) => {
    const job = exports.find(c.req.param("id"));
    if (!job) return outcomeResponse(404, "The export was not found or was deleted", "not-found");
    const page = faults.html("status");
    if (page) return page;
    const { tooManyFiles, exportError } = faults.settings;
    if (faults.strikes("status429"))
      return outcomeResponse(429, "Too many status requests", "throttled", {
        "Retry-After": faults.retryAfter(),
      });
    if (faults.strikes("status500"))
      return outcomeResponse(
        500,
        "An unknown error occurred (transient_error). Please try again.",
        "transient",
      );
    if (job.failure) return outcomeResponse(500, job.failure, "exception");
    const progress = exports.progress(job);
    if (progress < 100 || !job.census)
      return new Response(null, {
        status: 202,
        headers: {
          "X-Progress": `${Math.min(99, progress)}% complete, Please wait...`,
          "Retry-After": faults.retryAfter(),
        },
      });
    if (tooManyFiles) return new Response("Too many files", { status: 413 });
    if (exportError) return outcomeResponse(500, exportError, "exception");
    return c.json(exports.manifest(job, fhirBaseOf(c)), 200, {
      Expires: new Date(Date.now() + 3_600_000).toUTCString(),
    });
  });
  app.delete("/fhir/bulkstatus/:id", (c) =>
    exports.remove(c.req.param("id"))
      ? outcomeResponse(202, "The export was deleted")
      : outcomeResponse(404, "The export was not found or was deleted", "not-found"),
  );

  app.get("/fhir/bulkfiles/:id/:name", async (c) => {
    const job = exports.find(c.req.param("id"));
    const name = c.req.param("name");
    const file = job
      ? (job.output.find((one) => one.name === name) ?? job.error.find((one) => one.name === name))
      : undefined;
    if (!job || !file) return outcomeResponse(404, "The file was not found", "not-found");
    const html = faults.html("file");
    if (html) return html;
    const { fileGone, slowFiles, ...settings } = faults.settings;
    if (fileGone && faults.strikes("fileGoneTimes", true))
      return outcomeResponse(
        fileGone,
        "Access to the target resource is no longer available",
        "not-found",
      );
    if (faults.strikes("file429"))
      return outcomeResponse(429, "Too many downloads", "throttled", {
        "Retry-After": faults.retryAfter(),
      });
    if (faults.strikes("file500"))
      return outcomeResponse(500, "An unknown error occurred. Please try again.", "transient");
    if (file.text !== undefined)
      return new Response(file.text, { headers: { "Content-Type": "application/fhir+ndjson" } });
    await sendFile(c.env.outgoing, {
      lines: () => exportLines(job, population, file, settings),
      count: file.to - file.from,
      gzip: /\bgzip\b/.test(c.req.header("accept-encoding") ?? ""),
      bytesPerSecond: slowFiles,
      cut: faults.strikes("cutFile"),
    });
    return RESPONSE_ALREADY_SENT;
  });

  app.get("/fhir/Group", (c) => {
    mayRead(c, "Group");
    const query = new URL(c.req.url).searchParams;
    return faults.html("groups") ?? fhirJson(searchGroups(population, fhirBaseOf(c), query));
  });
  app.get("/fhir/Group/:id", (c) => {
    mayRead(c, "Group");
    const group = population.group(c.req.param("id"));
    return group
      ? fhirJson(groupResource(population, group, true))
      : outcomeResponse(404, `There is no Group/${c.req.param("id")}`, "not-found");
  });
  app.get("/fhir/:type", (c) => {
    const type = c.req.param("type");
    if (!isResourceType(type))
      return outcomeResponse(404, `This server has no ${type}`, "not-supported");
    mayRead(c, type);
    const query = new URL(c.req.url).searchParams;
    const strict = /handling\s*=\s*strict/.test(c.req.header("prefer") ?? "");
    return fhirJson(search(population, type, fhirBaseOf(c), query, strict));
  });
  app.get("/fhir/:type/:id", (c) => {
    const { type, id } = c.req.param();
    if (!isResourceType(type))
      return outcomeResponse(404, `This server has no ${type}`, "not-supported");
    mayRead(c, type);
    const line = population.read(type, id);
    return line === null
      ? outcomeResponse(404, `There is no ${type}/${id}`, "not-found")
      : fhirJson(line);
  });

  const server = serve({ fetch: app.fetch, port: options.port, hostname: options.host });
  await new Promise<void>((resolve, reject) => {
    if (server.listening) resolve();
    server.once("listening", resolve);
    server.once("error", reject);
  });
  const { port } = server.address() as AddressInfo;
  const shown = ["0.0.0.0", "::"].includes(options.host) ? "127.0.0.1" : options.host;
  const url = options.publicUrl ?? `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;

  return {
    url,
    port,
    fhirBaseUrl: `${url}/fhir`,
    tokenUrl: `${url}/auth/token`,
    clients,
    population,
    get faults() {
      return faults.settings;
    },
    set faults(settings: FaultSettings) {
      faults.settings = settings;
    },
    config(algorithm = "RS384") {
      const client = clients.find((candidate) => candidate.algorithm === algorithm);
      if (!client) throw new Error(`no client for ${algorithm}`);
      return clientConfig(client, url);
    },
    expectedCounts(groupId, types, since) {
      const chosen = population.groups.filter(({ id }) => groupId === null || id === groupId);
      const window = { from: since ? since.getTime() + 1 : -Infinity, to: Infinity };
      return expectedCounts(population, chosen, types, window);
    },
    revokeTokens: () => authorization.revokeAll(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}
