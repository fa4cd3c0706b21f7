import { readFile } from "node:fs/promises";
import path from "node:path";

let version: string | undefined;

/** The version in package.json: every process of Bulkhouse runs in the project's folder. */
export async function versionOf(): Promise<string> {
  version ??= (
    JSON.parse(await readFile(path.join(process.cwd(), "package.json"), "utf8")) as {
      version: string;
    }
  ).version;
  return version;
}
