import { randomUUID } from "node:crypto";
import type { Capability, TestStep, TestStepName } from "@/lib/contract/connection";
import { AppError } from "@/lib/errors";
import { readCapability } from "@/lib/fhir/capability";
import { clockDifference } from "@/lib/fhir/clock-difference";
import { listGroups } from "@/lib/fhir/groups";
import { send, setReadTimeout } from "@/lib/fhir/send";
import { env } from "@/lib/settings/env";
import { requestAccessToken } from "@/lib/smart-auth/access-token";
import { clientAssertion } from "@/lib/smart-auth/client-assertion";
import { type Discovery, discover } from "@/lib/smart-auth/discover";
import { chooseScope } from "@/lib/smart-auth/scope";
import { credentialsOf, saveCapability, saveTest } from "@/lib/store/connections";
import { signInOf } from "./authorize";
import { failureOf } from "./failure-of";

/** An assertion lives five minutes at most (SMART App Launch); many servers allow a clock one minute. */
const clockToleranceSeconds = 30;

type Found = { facts: TestStep["facts"]; warning?: AppError | true };

/** What each step leaves for the next. */
type Trail = {
  discovery?: Discovery;
  tokenUrl?: string;
  signIn?: NonNullable<Awaited<ReturnType<typeof signInOf>>>;
  token: string | null;
};

/**
 * Tries everything that an export will need, in its order, and tells each step as it ends: reach the
 * host, discovery, sign the assertion, get a token, read the CapabilityStatement, list the groups.
 * After a failed step the rest is skipped; an open server, or a token given by hand, skips the sign-in. The result is kept with
 * the connection.
 * @param onStep called once for each of the six steps
 * @throws AppError not-found; what goes wrong in a step is told in the step
 */
export async function testConnection(
  connectionId: string,
  onStep: (step: TestStep) => void | Promise<void>,
): Promise<{ ok: boolean; steps: TestStep[] }> {
  setReadTimeout(Math.min(env().HTTP_TIMEOUT_READ, 30) * 1_000);
  const connection = await credentialsOf(connectionId);
  const { fhirBaseUrl } = connection;
  const trail: Trail = { token: connection.auth === "bearer" ? connection.bearerToken : null };
  const steps: TestStep[] = [];
  let failed = false;

  const tell = async (step: TestStep) => {
    steps.push(step);
    await onStep(step);
  };
  const take = async (name: TestStepName, skip: boolean, work: () => Promise<Found>) => {
    if (failed || skip) {
      return tell({ step: name, result: "skipped", ms: 0, facts: {}, failure: null });
    }
    const started = performance.now();
    const ms = () => Math.round(performance.now() - started);
    try {
      const { facts, warning } = await work();
      const failure = warning && warning !== true ? told(warning) : null;
      const result = warning ? "warning" : "ok";
      await tell({ step: name, result, ms: ms(), facts, failure });
    } catch (error) {
      const failure = failureOf(error, { connectionId, step: name });
      failed = true;
      await tell({ step: name, result: "failed", ms: ms(), facts: {}, failure: told(failure) });
    }
  };
  const open = connection.auth !== "smart";

  await take("reach", false, async (): Promise<Found> => {
    const from = Date.now();
    const response = await send({
      url: `${fhirBaseUrl}/metadata`,
      headers: { Accept: "application/fhir+json" },
    });
    await response.body?.cancel();
    const facts = { url: fhirBaseUrl, status: response.status };
    const ahead = clockDifference(response.headers.get("date"), { from, to: Date.now() });
    // Without a sign-in nothing depends on it.
    if (open || Math.abs(ahead) < clockToleranceSeconds) return { facts };
    const { host } = new URL(fhirBaseUrl);
    const params = { host, seconds: Math.abs(ahead), way: ahead > 0 ? "ahead" : "behind" };
    return { facts, warning: new AppError("clock-differs", params) };
  });
  await take("discovery", open, async (): Promise<Found> => {
    try {
      trail.discovery = await discover({ fhirBaseUrl });
    } catch (error) {
      const failure = failureOf(error, { connectionId, step: "discovery" });
      // A token URL that was typed in is enough.
      if (!connection.tokenUrl || failure.retryable) throw failure;
      trail.tokenUrl = connection.tokenUrl;
      return { facts: { token_url: connection.tokenUrl }, warning: failure };
    }
    const { tokenUrl, source, algorithms, scopesSupported } = trail.discovery;
    trail.tokenUrl = connection.tokenUrl ?? tokenUrl;
    const facts: TestStep["facts"] = { token_url: trail.tokenUrl, source };
    if (scopesSupported.length > 0) facts.scopes = scopesSupported.length;
    if (algorithms.length > 0) facts.algorithms = algorithms.join(" ");
    if (trail.tokenUrl === tokenUrl) return { facts };
    return { facts: { ...facts, discovered_token_url: tokenUrl }, warning: true };
  });
  await take("assertion", open, async (): Promise<Found> => {
    const signIn = await signInOf(connection);
    if (!signIn) return { facts: {} };
    trail.signIn = signIn;
    const { key, clientId } = signIn;
    const jti = randomUUID();
    await clientAssertion({ clientId, tokenUrl: trail.tokenUrl ?? "", key, now: new Date(), jti });
    const facts = { algorithm: key.algorithm, key: key.kind, key_id: key.keyId };
    const accepted = trail.discovery?.algorithms ?? [];
    const known = accepted.length === 0 || accepted.includes(key.algorithm);
    return known ? { facts } : { facts: { ...facts, accepted: accepted.join(" ") }, warning: true };
  });
  await take("token", open, async (): Promise<Found> => {
    const { signIn, tokenUrl = "", discovery } = trail;
    if (!signIn) return { facts: {} };
    const scope = chooseScope({
      explicit: signIn.scope,
      scopesSupported: discovery?.scopesSupported ?? [],
      capabilities: discovery?.capabilities ?? [],
    });
    const { key, clientId, jwksUrl } = signIn;
    const token = await requestAccessToken({ tokenUrl, clientId, key, scope, jwksUrl });
    trail.token = token.accessToken;
    const expires = Math.round((token.expiresAt.getTime() - Date.now()) / 1000);
    return { facts: { scope: token.scope, expires_in: expires } };
  });
  let capability: Capability | null = null;
  await take("capability", false, async (): Promise<Found> => {
    try {
      const read = await readCapability({ fhirBaseUrl, token: trail.token });
      capability = toCapability(read);
      const facts: TestStep["facts"] = { types: read.resourceTypes.length };
      if (read.software) facts.software = read.software;
      if (read.fhirVersion) facts.fhir_version = read.fhirVersion;
      return { facts };
    } catch (error) {
      // An export does without; what the groups say decides.
      return { facts: {}, warning: failureOf(error, { connectionId, step: "capability" }) };
    }
  });
  await take("groups", false, async (): Promise<Found> => {
    try {
      const groups = await listGroups({ fhirBaseUrl, token: trail.token });
      const facts: TestStep["facts"] = { groups: groups.length };
      if (groups.length > 0 && groups.every((group) => group.patients !== null)) {
        facts.patients = groups.reduce((sum, group) => sum + (group.patients ?? 0), 0);
      }
      return { facts };
    } catch (error) {
      const failure = failureOf(error, { connectionId, step: "groups" });
      // Some servers never list them (Epic): the id is then typed in.
      if (failure.code !== "groups-not-listed") throw failure;
      return { facts: {}, warning: failure };
    }
  });

  const ok = !failed;
  await saveTest(connectionId, { at: new Date().toISOString(), ok, steps });
  if (capability) await saveCapability(connectionId, capability);
  return { ok, steps };
}

/** As the contract has it. */
export const toCapability = (read: {
  fhirVersion: string | null;
  software: string | null;
  instantiates: string[];
  resourceTypes: string[];
}): Capability => ({
  fhir_version: read.fhirVersion,
  software: read.software,
  instantiates: read.instantiates,
  resource_types: read.resourceTypes,
});

const told = (error: AppError): NonNullable<TestStep["failure"]> => ({
  error: error.message,
  code: error.code,
  params: error.params,
  ...(error.evidence ? { details: error.evidence } : {}),
});
