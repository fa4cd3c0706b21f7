import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

export const demoAlgorithms = ["RS384", "ES384"] as const;
export type DemoAlgorithm = (typeof demoAlgorithms)[number];

/** A client that anyone may download from the sandbox's page: with its private key, on purpose. */
export interface DemoClient {
  algorithm: DemoAlgorithm;
  clientId: string;
  publicKey: JWK;
  privateKey: JWK;
}

/** A registered client: its public keys, or where they are published. */
export interface Client {
  clientId: string;
  keys: JWK[];
  jwksUrl: string | null;
}

async function makeDemoClient(algorithm: DemoAlgorithm): Promise<DemoClient> {
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 });
  const publicKey = await exportJWK(pair.publicKey);
  const privateKey = await exportJWK(pair.privateKey);
  const kid = (await calculateJwkThumbprint(publicKey)).slice(0, 22);
  const about = { kid, alg: algorithm, ext: true };
  return {
    algorithm,
    clientId: `sandbox-${algorithm.toLowerCase()}-${randomBytes(6).toString("hex")}`,
    publicKey: { ...publicKey, ...about, key_ops: ["verify"] },
    privateKey: { ...privateKey, ...about, key_ops: ["sign"] },
  };
}

let ofThisProcess: Promise<DemoClient[]> | null = null;

/**
 * The two demo clients. Without a folder they are made once in a process, since an RSA key takes a
 * while and tests start many sandboxes. With a folder they are made once and kept there (mode 0600), so that a
 * config downloaded from an earlier run still works.
 */
export async function demoClients(stateDir?: string): Promise<DemoClient[]> {
  if (!stateDir) {
    ofThisProcess ??= Promise.all(demoAlgorithms.map(makeDemoClient));
    return ofThisProcess;
  }
  const file = path.join(stateDir, "sandbox-clients.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as DemoClient[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      throw new Error(`${file} cannot be read; remove it to get new demo clients`, {
        cause: error,
      });
  }
  const clients = await Promise.all(demoAlgorithms.map(makeDemoClient));
  await mkdir(stateDir, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(clients, null, 2), { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
  return clients;
}
