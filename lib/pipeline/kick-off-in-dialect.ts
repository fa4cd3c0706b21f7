import type { Dialect } from "@/lib/contract/export-request";
import { AppError } from "@/lib/errors";
import { readCapability } from "@/lib/fhir/capability";
import { dialectOf } from "@/lib/kickoff/dialect-of";
import { kickOff } from "@/lib/kickoff/kick-off";
import { otherDialect } from "@/lib/kickoff/other-dialect";
import { log } from "@/lib/settings/log";
import { knownDialect, rememberDialect } from "@/lib/store/connection-dialect";
import { saveCapability } from "@/lib/store/connections";
import { toCapability } from "./test-connection";

/** The question for its capability must not use up the time that a caller waits for the kick-off. */
const capabilityWithinMs = 5_000;

/**
 * Starts an export in the form that the server wants: as remembered with the connection, else as its
 * CapabilityStatement tells, else in the standard's; where the server refuses that for its form,
 * once in the other one. What was learnt is remembered.
 * @throws AppError as kickOff: where both forms are refused, the first refusal
 */
export async function kickOffInDialect({
  connectionId,
  ...input
}: Omit<Parameters<typeof kickOff>[0], "dialect"> & {
  connectionId: string | null;
}): Promise<Awaited<ReturnType<typeof kickOff>>> {
  const dialect = connectionId ? await dialectFor(connectionId, input) : "mixed";
  try {
    return await kickOff({ ...input, dialect });
  } catch (error) {
    const other = error instanceof AppError ? otherDialect(error, dialect, input.request) : null;
    if (!other) throw error;
    let started: Awaited<ReturnType<typeof kickOff>>;
    try {
      started = await kickOff({ ...input, dialect: other });
    } catch (second) {
      // Nothing was learnt of a server that is not there, or wants us to come later.
      if (second instanceof AppError && second.retryable) throw second;
      throw error;
    }
    log().info({ connectionId, refused: dialect, accepted: other }, "kick-off in another form");
    if (connectionId) await rememberDialect(connectionId, other, "refusal");
    return started;
  }
}

async function dialectFor(
  connectionId: string,
  { fhirBaseUrl, token }: { fhirBaseUrl: string; token: string | null },
): Promise<Dialect> {
  const known = await knownDialect(connectionId);
  if (known.dialect) return known.dialect;
  let { capability } = known;
  if (!capability) {
    try {
      const signal = AbortSignal.timeout(capabilityWithinMs);
      capability = toCapability(await readCapability({ fhirBaseUrl, token, signal }));
      await saveCapability(connectionId, capability);
    } catch (error) {
      // The export does without; whatever is wrong with the server, the kick-off will tell.
      const code = error instanceof AppError ? error.code : (error as Error).name;
      log().info({ connectionId, code }, "capability not read");
    }
  }
  const told = capability && dialectOf(capability);
  if (told) await rememberDialect(connectionId, told, "server");
  return told ?? "mixed";
}
