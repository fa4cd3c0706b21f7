import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Context, Hono } from "hono";
import { type Env, fhirBaseOf, groupsNow, mayRead, type SandboxContext } from "./context";
import { groupBehind, groupResource, searchGroups } from "./group-resource";
import { outcomeResponse } from "./outcome";
import { search } from "./search";

const fhirJson = (body: unknown) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    headers: { "Content-Type": "application/fhir+json; charset=utf-8" },
  });

/** FHIR search and read: groups with their members, and every type by GET and POST. */
export function routeSearch(app: Hono<Env>, context: SandboxContext): void {
  const { faults, population } = context;
  /** Next pages behind bare tokens (fault nextLink). */
  const pages = new Map<string, { type: string; query: string }>();
  let running = 0;

  const forbidden = (type: string) => {
    const { searchForbidden, searchForbiddenTypes } = faults.settings;
    const meant = searchForbiddenTypes?.includes(type) ?? type !== "Group";
    return searchForbidden && meant
      ? outcomeResponse(searchForbidden, `Searching ${type} is not allowed here`, "not-supported")
      : null;
  };
  const busy = () => {
    if (running > (faults.settings.searchesAtOnce ?? Infinity) || faults.strikes("search429"))
      return outcomeResponse(429, "Too many searches", "throttled", faults.retryAfter());
    if (faults.strikes("search500"))
      return outcomeResponse(500, "An unknown error occurred. Please try again.", "transient");
    if (faults.strikes("search503"))
      return new Response("Service Unavailable", { status: 503, headers: faults.retryAfter() });
    return null;
  };
  const nextLink = (type: string, fhirBaseUrl: string) => (url: string) => {
    if (faults.settings.nextLink === "relative")
      return `${type}?${new URL(url).searchParams.toString()}`;
    if (faults.settings.nextLink !== "opaque") return url;
    const token = randomUUID();
    pages.set(token, { type, query: new URL(url).search });
    return `${fhirBaseUrl}?_getpages=${token}`;
  };

  const answer = async (c: Context<Env>, type: string, query: URLSearchParams) => {
    if (!population.has(type))
      return outcomeResponse(404, `This server has no ${type}`, "not-supported");
    mayRead(c, type);
    const refused = forbidden(type);
    if (refused) return refused;
    running += 1;
    try {
      const early = busy();
      if (early) return early;
      const { searchesAtOnce, slowSearchMs } = faults.settings;
      const ms = slowSearchMs ?? (searchesAtOnce === undefined ? 0 : 10);
      if (ms > 0) await delay(ms);
      const fhirBaseUrl = fhirBaseOf(context, c);
      const text = search(
        population,
        {
          type,
          fhirBaseUrl,
          query,
          strict: /handling\s*=\s*strict/.test(c.req.header("prefer") ?? ""),
          faults: faults.settings,
          present: faults.present(),
          membersOf(id) {
            const group = groupsNow(context).find((one) => one.id === id);
            return Array.from({ length: group?.size ?? 0 }, (_, index) =>
              group ? population.patientId(group, index) : "",
            );
          },
        },
        nextLink(type, fhirBaseUrl),
      );
      return fhirJson(text);
    } finally {
      running -= 1;
    }
  };

  app.get("/fhir", (c) => {
    const page = pages.get(c.req.query("_getpages") ?? "");
    if (!page) return outcomeResponse(410, "This page of the search is gone", "not-found");
    return answer(c, page.type, new URLSearchParams(page.query));
  });
  app.get("/fhir/Group", (c) => {
    mayRead(c, "Group");
    const refused = forbidden("Group") ?? faults.html("groups");
    if (refused) return refused;
    const query = new URL(c.req.url).searchParams;
    const base = fhirBaseOf(context, c);
    return fhirJson(searchGroups(population, groupsNow(context), base, query, faults.settings));
  });
  app.get("/fhir/Group/:id", (c) => {
    mayRead(c, "Group");
    const refused = forbidden("Group");
    if (refused) return refused;
    const id = c.req.param("id");
    if (faults.settings.membership === "forbidden")
      return outcomeResponse(403, "Members of groups are not shown here", "forbidden");
    const found = groupBehind(groupsNow(context), id, faults.settings);
    return found
      ? fhirJson(groupResource(population, found.group, found.part, faults.settings, true))
      : outcomeResponse(404, `There is no Group/${id}`, "not-found");
  });
  app.get("/fhir/:type", (c) => {
    if (faults.settings.searchPostOnly)
      return outcomeResponse(405, "Search by POST [type]/_search", "not-supported");
    return answer(c, c.req.param("type"), new URL(c.req.url).searchParams);
  });
  app.post("/fhir/:type/_search", async (c) => {
    const query = new URL(c.req.url).searchParams;
    const form = new URLSearchParams(await c.req.text());
    return answer(c, c.req.param("type"), new URLSearchParams([...query, ...form]));
  });
  app.get("/fhir/:type/:id", (c) => {
    const { type, id } = c.req.param();
    if (!population.has(type))
      return outcomeResponse(404, `This server has no ${type}`, "not-supported");
    mayRead(c, type);
    const refused = forbidden(type);
    if (refused) return refused;
    const line = population.read(type, id, { from: -Infinity, to: Infinity, ...faults.present() });
    return line === null
      ? outcomeResponse(404, `There is no ${type}/${id}`, "not-found")
      : fhirJson(line);
  });
}
