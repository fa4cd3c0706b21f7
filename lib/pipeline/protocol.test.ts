import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recogniseConfig } from "@/lib/config/recognise-config";
import { ExportRequest } from "@/lib/contract/export-request";
import { fetchFile } from "@/lib/download/fetch-file";
import type { AppError } from "@/lib/errors";
import { readCapability } from "@/lib/fhir/capability";
import { listGroups } from "@/lib/fhir/groups";
import { kickOff } from "@/lib/kickoff/kick-off";
import { splitServerUrl } from "@/lib/kickoff/split-server-url";
import { checkStatus, type ExportStatus } from "@/lib/poll/check-status";
import { deleteExport } from "@/lib/poll/delete-export";
import { requestAccessToken } from "@/lib/smart-auth/access-token";
import { discover } from "@/lib/smart-auth/discover";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { chooseScope } from "@/lib/smart-auth/scope";
import { type Sandbox, startSandbox } from "@/sandbox/server";

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.1 });
  folder = await mkdtemp(path.join(tmpdir(), "protocol-"));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

async function signIn(algorithm: "RS384" | "ES384") {
  const { recognised, key } = await recogniseConfig(JSON.stringify(sandbox.config(algorithm)));
  const { fhirBaseUrl } = splitServerUrl(recognised.fhir_base_url?.value ?? "");
  const found = await discover({ fhirBaseUrl });
  expect(found.tokenUrl).toBe(recognised.token_url?.value);
  if (!key) throw new Error("no key");
  const request = {
    tokenUrl: found.tokenUrl,
    clientId: recognised.client_id?.value ?? "",
    key,
    scope: chooseScope(found),
  };
  return { fhirBaseUrl, request };
}

test.each(["RS384", "ES384"] as const)(
  "from the downloaded file to the files of a group, with %s",
  async (algorithm) => {
    const { fhirBaseUrl, request } = await signIn(algorithm);
    expect(request.key.algorithm).toBe(algorithm);
    const { accessToken: token } = await requestAccessToken(request);

    const groups = await listGroups({ fhirBaseUrl, token });
    expect(groups).toHaveLength(8);
    expect(groups.every(({ patients }) => (patients ?? 0) > 0)).toBe(true);
    const { resourceTypes } = await readCapability({ fhirBaseUrl, token });
    expect(resourceTypes).toEqual(expect.arrayContaining(["Patient", "Observation"]));

    const { statusUrl } = await kickOff({
      fhirBaseUrl,
      level: "group",
      groupId: "BMCHealthNet",
      request: ExportRequest.parse({ resource_types: ["Patient", "Condition"] }),
      token,
    });
    let status: ExportStatus;
    do {
      status = await checkStatus({ statusUrl, token });
      if (status.state === "waiting") await sleep(20);
    } while (status.state === "waiting");

    const sums: Record<string, number> = {};
    for (const [index, file] of status.manifest.output.entries()) {
      const target = path.join(folder, algorithm, `${index}.ndjson`);
      const { sizeBytes } = await fetchFile({ url: file.url, token, path: target });
      const text = await readFile(target, "utf8");
      expect(Buffer.byteLength(text)).toBe(sizeBytes);
      const lines = text.split("\n").filter(Boolean);
      expect(lines).toHaveLength(file.count ?? -1);
      sums[file.type ?? ""] = (sums[file.type ?? ""] ?? 0) + lines.length;
    }
    expect(sums).toEqual(await sandbox.expectedCounts("BMCHealthNet", ["Patient", "Condition"]));

    expect(await deleteExport({ statusUrl, token })).toMatchObject({ deleted: true, reason: null });
    const gone = (await checkStatus({ statusUrl, token }).catch((error) => error)) as AppError;
    expect(gone.code).toBe("export-gone");
  },
);

test("every refusal of a real token endpoint is told by its cause", async () => {
  const { request } = await signIn("ES384");
  const other = await signIn("RS384");
  const codeOf = async (changes: Partial<typeof request>) =>
    ((await requestAccessToken({ ...request, ...changes }).catch((error) => error)) as AppError)
      .code;
  expect(await codeOf({ clientId: "nobody" })).toBe("smart-auth-unknown-client");
  expect(await codeOf({ key: other.request.key })).toBe("smart-auth-unknown-key");
  const forged = await readPrivateKey({
    ...(await freshJwk()),
    kid: request.key.keyId,
  });
  expect(await codeOf({ key: forged })).toBe("smart-auth-unknown-key");
  expect(await codeOf({ scope: "patient/*.read" })).toBe("smart-auth-scope-refused");
  expect(await codeOf({ tokenUrl: `${sandbox.tokenUrl}?x=1` })).toBe("smart-auth-wrong-audience");
  expect(await codeOf({ tokenUrl: `${sandbox.url}/nothing` })).toBe("smart-auth-not-token");
  expect(await codeOf({ tokenUrl: sandbox.url })).toBe("smart-auth-not-token");
  const struck = async (token: NonNullable<Sandbox["faults"]["token"]>) => {
    sandbox.faults = { token };
    const code = await codeOf({});
    sandbox.faults = {};
    return code;
  };
  expect(await struck("registrationExpired")).toBe("smart-auth-registration-expired");
  expect(await struck("scopeRefused")).toBe("smart-auth-scope-refused");
  expect(await struck("wrongAudience")).toBe("smart-auth-wrong-audience");
  expect(await struck("serverError")).toBe("server-error");
});

async function freshJwk() {
  const { exportJWK, generateKeyPair } = await import("jose");
  return exportJWK((await generateKeyPair("ES384", { extractable: true })).privateKey);
}
