import type { AddressInfo } from "node:net";
import { type HttpBindings, type ServerType, serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { Authorization } from "./auth";
import { capabilityStatement, smartConfiguration } from "./capability";
import { type DemoClient, demoClients } from "./clients";
import {
  asksForTokens,
  type Env,
  fhirBaseOf,
  groupsNow,
  originOf,
  requiresAccessToken,
  type SandboxContext,
} from "./context";
import { routeDownloads } from "./downloads";
import {
  type ExpectedAttachment,
  expectedAttachments,
  expectedCounts,
  expectedDeletions,
} from "./expected-counts";
import { BadKickOff } from "./export-request";
import { Exports } from "./exports";
import { FaultSettings } from "./fault-settings";
import { Faults } from "./faults";
import { routeKickOff } from "./kick-off";
import { completeOptions, type SandboxOptions } from "./options";
import { outcomeResponse } from "./outcome";
import { clientConfig, page } from "./page";
import { Population } from "./population/population";
import type { ResourceType } from "./population/resource-types";
import { type RecordedRequest, Requests } from "./requests";
import { BadSearch } from "./resource-filter";
import { routeSearch } from "./search-routes";
import { routeStatus } from "./status";

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
  /** What clients sent since the start, oldest first (the last 10,000). */
  requests: readonly RecordedRequest[];
  /** The JSON of "Download as JSON". */
  config(algorithm?: DemoClient["algorithm"]): ReturnType<typeof clientConfig>;
  /**
   * Distinct resources that an export or a search of a group (null: all groups) holds at the
   * server's present, by type. Faults that hide, break or repeat something do not change it.
   */
  expectedCounts(
    groupId: string | null,
    types?: readonly ResourceType[],
    since?: Date,
  ): Promise<Partial<Record<ResourceType, number>>>;
  /** `Type/id` of all that was deleted since (fault deletedShare). */
  expectedDeletions(
    groupId: string | null,
    types?: readonly ResourceType[],
    since?: Date,
  ): string[];
  /** The attachments of a group's documents (option documents). */
  expectedAttachments(groupId: string | null): ExpectedAttachment[];
  /** Every access token given out so far stops working. */
  revokeTokens(): void;
  close(): Promise<void>;
}

async function listening(server: ServerType): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    if (server.listening) resolve();
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Starts a FHIR R4 bulk data server with SMART Backend Services over a made-up population
 * (Bulk Data 2.0.0, 3.0.0 and 4.0.0-ballot; SMART App Launch 2.2.0). Several can run in one process.
 */
export async function startSandbox(given: SandboxOptions = {}): Promise<Sandbox> {
  const options = completeOptions(given);
  const population = new Population({
    seed: options.seed,
    scale: options.scale,
    asOf: options.asOf.getTime(),
    ...(options.documents ? { documents: options.documents } : {}),
  });
  const faults = new Faults(options.faults);
  const authorization = new Authorization(faults, options.tokenSeconds);
  const exports = new Exports(population, options, faults);
  const requests = new Requests();
  const clients = await demoClients(options.stateDir);
  for (const { clientId, publicKey } of clients)
    authorization.register({ clientId, keys: [publicKey] });

  const shown = ["0.0.0.0", "::"].includes(options.host) ? "127.0.0.1" : options.host;
  const originAt = (port: number) => `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
  const servers: ServerType[] = [];
  let url = "";
  let elsewhere: Promise<string> | null = null;
  const app = new Hono<Env>();
  const context: SandboxContext = {
    options,
    population,
    faults,
    authorization,
    exports,
    url: () => url,
    elsewhere() {
      elsewhere ??= (async () => {
        const server = serve({
          fetch: (request, env) =>
            app.fetch(request, { ...(env as HttpBindings), elsewhere: true } as Env["Bindings"]),
          port: 0,
          hostname: options.host,
        });
        servers.push(server);
        return originAt(await listening(server));
      })();
      return elsewhere;
    },
  };

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    if (error instanceof BadKickOff) return outcomeResponse(error.status, error.message);
    if (error instanceof BadSearch) return outcomeResponse(400, error.message, "invalid");
    process.stderr.write(`sandbox: ${c.req.method} ${c.req.path}: ${error.stack}\n`);
    return outcomeResponse(500, "The sandbox itself failed", "exception");
  });
  app.notFound((c) => outcomeResponse(404, `Nothing is at ${c.req.path}`, "not-found"));
  app.use("*", requests.record);

  app.get("/", (c) => c.html(page(originOf(context, c), population.groups, clients)));
  app.get("/download.json", (c) => {
    const algorithm = c.req.query("alg") ?? "RS384";
    const client = clients.find((candidate) => candidate.algorithm === algorithm);
    if (!client) return c.json({ error: `There is no client for "${algorithm}"` }, 404);
    c.header(
      "Content-Disposition",
      `attachment; filename="sandbox-${algorithm.toLowerCase()}.json"`,
    );
    return c.json(clientConfig(client, originOf(context, c)));
  });

  const windowSince = (since?: Date) => ({
    from: since ? since.getTime() + 1 : -Infinity,
    to: Infinity,
    ...faults.present(),
  });
  const chosenGroups = (ids: readonly string[]) =>
    groupsNow(context).filter(({ id }) => ids.length === 0 || ids.includes(id));

  // What the sandbox says it sends: for tests and demos to compare with.
  app.get("/sent", async (c) => {
    const list = (name: string) => c.req.queries(name)?.flatMap((value) => value.split(",")) ?? [];
    const chosen = chosenGroups(list("group"));
    const since = c.req.query("since");
    const window = windowSince(since ? new Date(since) : undefined);
    const wanted = list("type").filter((type) => population.has(type));
    const types = wanted.length > 0 ? wanted : undefined;
    return c.json({
      groups: chosen.map(({ id }) => id),
      counts: await expectedCounts(population, chosen, types, window),
      deletions: window.deletedShare ? expectedDeletions(population, chosen, types, window) : [],
      attachments: expectedAttachments(population, chosen, window),
    });
  });
  app.get("/sent/requests", (c) => c.json(requests.list));

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

  // Where the fault `redirect` sends requests on the same origin.
  app.all("/moved/*", (c) => {
    const target = c.req.url.replace("/moved/", "/");
    return app.fetch(new Request(target, c.req.raw), { ...c.env, moved: true });
  });

  const noSignIn = () => faults.settings.open || faults.settings.bearerToken !== undefined;
  app.post("/auth/token", (c) =>
    faults.settings.bearerToken === undefined
      ? authorization.answerToken(c.req.raw, `${originOf(context, c)}/auth/token`)
      : c.notFound(),
  );
  app.post("/auth/register", (c) => authorization.answerRegistration(c.req.raw));

  const discovery = (c: Context<Env>) => {
    if (noSignIn() || faults.settings.smartConfiguration === "missing") return c.notFound();
    return (
      faults.html("discovery") ??
      c.json(smartConfiguration(originOf(context, c), population.types, faults.settings))
    );
  };
  app.get("/fhir/.well-known/smart-configuration", discovery);
  app.get("/.well-known/smart-configuration", discovery);
  app.get(
    "/fhir/metadata",
    (c) =>
      faults.html("metadata") ??
      new Response(
        JSON.stringify(
          capabilityStatement(
            fhirBaseOf(context, c),
            noSignIn() ? null : `${originOf(context, c)}/auth/token`,
            options.asOf,
            population.types,
            faults.settings,
          ),
        ),
        { headers: { "Content-Type": "application/fhir+json; charset=utf-8" } },
      ),
  );

  app.use("/fhir/*", async (c, next) => {
    c.set("grant", null);
    const brought = c.req.header("authorization") !== undefined;
    const isFile = /^\/fhir\/(bulkfiles|Binary|attachments)\//.test(c.req.path);
    const freely = isFile && !requiresAccessToken(context);
    // As storage services do with signed links: two ways to authorize are one too many.
    const unwanted = c.env.elsewhere || (freely && faults.settings.requiresAccessToken === false);
    if (unwanted && brought)
      return outcomeResponse(400, "Only one way to authorize is allowed", "invalid");
    if (c.env.elsewhere || freely || (c.env.moved && !brought) || !asksForTokens(context))
      return next();
    const grant = authorization.check(c.req.raw);
    if (typeof grant === "string")
      return outcomeResponse(401, grant, "login", { "WWW-Authenticate": "Bearer" });
    c.set("grant", grant);
    return next();
  });
  routeKickOff(app, context);
  routeStatus(app, context);
  routeDownloads(app, context);
  routeSearch(app, context);

  const server = serve({ fetch: app.fetch, port: options.port, hostname: options.host });
  servers.push(server);
  const port = await listening(server);
  url = options.publicUrl ?? originAt(port);
  population.fhirBaseUrl = `${url}/fhir`;

  const groupsOf = (groupId: string | null) =>
    groupsNow(context).filter(({ id }) => groupId === null || id === groupId);
  return {
    url,
    port,
    fhirBaseUrl: `${url}/fhir`,
    tokenUrl: `${url}/auth/token`,
    clients,
    population,
    requests: requests.list,
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
    expectedCounts: (groupId, types, since) =>
      expectedCounts(population, groupsOf(groupId), types, windowSince(since)),
    expectedDeletions: (groupId, types, since) =>
      expectedDeletions(population, groupsOf(groupId), types, windowSince(since)),
    expectedAttachments: (groupId) =>
      expectedAttachments(population, groupsOf(groupId), windowSince()),
    revokeTokens: () => authorization.revokeAll(),
    async close() {
      await Promise.all(
        servers.map(async (one) => {
          const closed = new Promise<void>((resolve) => one.close(() => resolve()));
          if ("closeAllConnections" in one) one.closeAllConnections();
          await closed;
        }),
      );
    },
  };
}
