import { startChild } from "./child";
import type { DataFile } from "./data";

export type FileServer = { url: string; stop: () => void };

/** Hands out `files` at /file/0, /file/1, … and as a bulk export at /fhir. */
export async function startFileServer(files: readonly DataFile[]): Promise<FileServer> {
  const child = await startChild<{ url: string }>("file-server-process");
  child.send(files);
  const { url } = await child.answer();
  return { url, stop: () => child.disconnect() };
}
