import type { SpawnOptions } from "node:child_process";

export function installDecision(facts: {
  lock: string;
  marker: string | null;
  installed: string | null;
  complete: boolean;
  production?: boolean;
}): "ready" | "adopt" | "install";

export function runQuietly(
  title: string,
  command: string,
  args: string[],
  options?: SpawnOptions,
): Promise<string>;

export function ensureInstalled(root: string): Promise<void>;
export function ensureGenerated(root: string): Promise<void>;
