import { AppError } from "@/lib/errors";
import { isObject, type Json, objects } from "./json";
import { readJson } from "./read-json";
import { commonRefusal, readRefusal } from "./refusal";
import { type Deps, send } from "./send";
import { keepTls } from "./web-address";

export type ServerGroup = {
  id: string;
  name: string;
  /** Group.quantity, else its active members; null where the server tells neither */
  patients: number | null;
};

const maximumPages = 100;
/** Of all pages: lists of groups come with the groups' members. */
const maximumBytes = 256 * 1024 * 1024;

/**
 * Every group that the server lists, in its order: `GET [base]/Group`, following `next` links on
 * the same origin.
 * @throws AppError groups-not-listed where the server has no such list (Epic), access-refused,
 *   server-error, rate-limited, not-fhir; as `send`
 */
export async function listGroups(
  server: { fhirBaseUrl: string; token: string | null; signal?: AbortSignal },
  deps: Deps = {},
): Promise<ServerGroup[]> {
  const now = deps.now?.() ?? new Date();
  const groups = new Map<string, ServerGroup>();
  const visited = new Set<string>();
  const room = { bytes: maximumBytes };
  let url: string | null = `${server.fhirBaseUrl}/Group`;
  while (url) {
    if (visited.size === maximumPages || visited.has(url)) {
      throw new AppError("groups-not-listed", { reason: "endless" });
    }
    visited.add(url);
    const bundle = await ask(url, server, now, deps, room);
    if (!isObject(bundle) || bundle.resourceType !== "Bundle") {
      throw new AppError("groups-not-listed", { reason: "not_bundle" });
    }
    for (const entry of objects(bundle.entry)) {
      const group = groupOf(entry.resource);
      if (group) groups.set(group.id, group);
    }
    url = nextOf(bundle, url);
  }
  return [...groups.values()];
}

/**
 * One group, for who knows its id alone.
 * @throws AppError as listGroups
 */
export async function readGroup(
  server: { fhirBaseUrl: string; token: string | null; signal?: AbortSignal },
  groupId: string,
  deps: Deps = {},
): Promise<ServerGroup> {
  const url = `${server.fhirBaseUrl}/Group/${encodeURIComponent(groupId)}`;
  const group = groupOf(await ask(url, server, deps.now?.() ?? new Date(), deps));
  if (!group) throw new AppError("groups-not-listed", { reason: "not_group" });
  return group;
}

async function ask(
  url: string,
  server: { token: string | null; signal?: AbortSignal },
  now: Date,
  deps: Deps,
  room?: { bytes: number },
): Promise<unknown> {
  const headers = { Accept: "application/fhir+json" };
  const response = await send({ url, token: server.token, headers, signal: server.signal }, deps);
  if (response.status !== 200) {
    const refusal = await readRefusal(response, now);
    const denied = refusal.status === 403;
    const common = denied ? null : commonRefusal(refusal, now);
    throw (
      common ??
      new AppError(
        "groups-not-listed",
        { reason: `HTTP ${refusal.status}: ${refusal.reason}` },
        { evidence: refusal.evidence },
      )
    );
  }
  return readJson(response, room);
}

function groupOf(resource: unknown): ServerGroup | null {
  if (!isObject(resource) || resource.resourceType !== "Group") return null;
  if (typeof resource.id !== "string" || resource.id === "") return null;
  const { quantity, name, member } = resource;
  const patients =
    typeof quantity === "number" && Number.isInteger(quantity) && quantity >= 0
      ? quantity
      : Array.isArray(member)
        ? objects(member).filter((one) => one.inactive !== true).length
        : null;
  const label = typeof name === "string" && name.trim() !== "" ? name.trim() : resource.id;
  return { id: resource.id, name: label.slice(0, 500), patients };
}

/** The token goes along, so a next page on another origin is refused. */
function nextOf(bundle: Json, url: string): string | null {
  const link = objects(bundle.link).find((one) => one.relation === "next");
  if (typeof link?.url !== "string" || link.url === "") return null;
  const next = URL.canParse(link.url, url) ? keepTls(new URL(link.url, url), url) : null;
  if (next?.origin !== new URL(url).origin) {
    throw new AppError("groups-not-listed", { reason: "next_elsewhere" });
  }
  return next.href;
}
