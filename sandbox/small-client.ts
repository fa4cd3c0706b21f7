import type { Sandbox } from "./server";

/** A manifest of any version, as a test reads it. */
export interface Manifest {
  transactionTime: string;
  requiresAccessToken: boolean;
  output: Item[];
  deleted?: Item[];
  error?: Item[];
  outcome?: (Item & { countSeverity: { severity: string; count: number }[] })[];
  link?: { relation: string; url: string }[];
  [name: string]: unknown;
}

export interface Item {
  type?: string;
  url: string;
  count?: number;
  continuesInFile?: string;
}

/** A kick-off to an open sandbox: `path` under the FHIR base; `body`, if any, are the Parameters. */
export function kickOff(
  sandbox: Sandbox,
  path: string,
  parameters?: Record<string, unknown>[],
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${sandbox.fhirBaseUrl}${path}`, {
    headers: {
      Accept: "application/fhir+json",
      Prefer: "respond-async",
      ...(parameters ? { "Content-Type": "application/fhir+json" } : {}),
      ...headers,
    },
    ...(parameters
      ? {
          method: "POST",
          body: JSON.stringify({ resourceType: "Parameters", parameter: parameters }),
        }
      : {}),
  });
}

/** Polls until something other than 202 comes. */
export async function finished(kickedOff: Response): Promise<Response> {
  const url = kickedOff.headers.get("content-location");
  if (!url) throw new Error(`${kickedOff.status} ${await kickedOff.text()}`);
  for (;;) {
    const response = await fetch(url);
    if (response.status !== 202) return response;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Kick-off and polling: the first page of the manifest. */
export async function manifestOf(
  sandbox: Sandbox,
  path: string,
  parameters?: Record<string, unknown>[],
  headers?: Record<string, string>,
): Promise<Manifest> {
  const response = await finished(await kickOff(sandbox, path, parameters, headers));
  return (await response.json()) as Manifest;
}

type Resource = { resourceType: string; id: string; [name: string]: unknown };

/** The resources of one file. */
export async function resourcesOf(url: string): Promise<Resource[]> {
  const text = await (await fetch(url)).text();
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Resource);
}

/** Distinct resources of these files by type, Parameters headers left out. */
export async function countsOf(items: readonly Item[]): Promise<Record<string, number>> {
  const ids = new Map<string, Set<string>>();
  for (const { url } of items)
    for (const { resourceType, id } of await resourcesOf(url)) {
      if (resourceType === "Parameters") continue;
      ids.set(resourceType, (ids.get(resourceType) ?? new Set()).add(id));
    }
  return Object.fromEntries([...ids].map(([type, set]) => [type, set.size]));
}
