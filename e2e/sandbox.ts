import { sandboxUrl } from "./stage";

/** The file that the sandbox's page offers under "Download as JSON". */
export async function downloadedConfig(algorithm: "RS384" | "ES384" = "RS384") {
  const answer = await fetch(`${sandboxUrl}/download.json?alg=${algorithm}`);
  return (await answer.json()) as {
    jwks: { keys: Record<string, string>[] };
    client_id: string;
    fhir_url: string;
    token_url: string;
  };
}

/** The private one of the file's keys, as scripts send it: a string holding JSON. */
export function privateKeyOf(config: { jwks: { keys: Record<string, string>[] } }): string {
  return JSON.stringify(config.jwks.keys.find((key) => key.d));
}

/** How many distinct resources of each type the sandbox says it holds for a group. */
export async function sentBySandbox(
  group: string,
  types: string[],
): Promise<Record<string, number>> {
  const answer = await fetch(
    `${sandboxUrl}/sent?group=${group}&${types.map((type) => `type=${type}`).join("&")}`,
  );
  return ((await answer.json()) as { counts: Record<string, number> }).counts;
}

/** Makes things go wrong at the sandbox (sandbox/faults.ts lists what); {} makes all well again. */
export async function setFaults(faults: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${sandboxUrl}/control/faults`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(faults),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
