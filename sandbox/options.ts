import type { FaultSettings } from "./fault-settings";
import type { DocumentOptions } from "./population/documents";
import { standardPopulation } from "./population/population";

/** How a sandbox is started; everything has a default. */
export interface SandboxOptions {
  /** 0: a free one. */
  port?: number;
  host?: string;
  /** Where clients reach it, when that is not what their Host header says. */
  publicUrl?: string;
  seed?: number;
  /** Multiplies the sizes of the groups: 0.1 for quick tests, 10 for 10,000 patients. */
  scale?: number;
  /** The population's present; nothing in it is later. */
  asOf?: Date;
  /** How long an export takes to prepare, at least. */
  preparationMs?: number;
  /** Larger outputs of one type are split into several files. */
  resourcesPerFile?: number;
  /** Life of an access token. */
  tokenSeconds?: number;
  /** false: an open server that asks for no token. */
  auth?: boolean;
  /** What a kick-off for a group that does not exist gets: an export of nothing, or 404. */
  unknownGroup?: "empty" | "404";
  /** Folder for the demo clients' keys (mode 0600); without it they live as long as the process. */
  stateDir?: string;
  /** DocumentReferences with attachments (population/documents.ts); none without it. */
  documents?: DocumentOptions;
  faults?: FaultSettings;
}

/** The options with the defaults filled in. */
export function completeOptions(options: SandboxOptions) {
  return {
    port: 0,
    host: "127.0.0.1",
    publicUrl: undefined as string | undefined,
    seed: standardPopulation.seed,
    scale: standardPopulation.scale,
    asOf: new Date(standardPopulation.asOf),
    preparationMs: 0,
    resourcesPerFile: 10_000,
    tokenSeconds: 300,
    auth: true,
    unknownGroup: "empty" as "empty" | "404",
    stateDir: undefined as string | undefined,
    documents: undefined as DocumentOptions | undefined,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  } as Required<Omit<SandboxOptions, "publicUrl" | "stateDir" | "documents" | "faults">> &
    Pick<SandboxOptions, "publicUrl" | "stateDir" | "documents" | "faults">;
}

export type CompleteOptions = ReturnType<typeof completeOptions>;
