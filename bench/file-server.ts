import { startChild } from "./child";
import type { DataFile } from "./data";
import type { Manner } from "./file-server-process";

export type FileServer = {
  url: string;
  /** how often each file was asked for since this was asked last */
  deliveries: () => Promise<number[]>;
  stop: () => void;
};

/** Hands out `files` at /file/0, /file/1, … and as a bulk export at /fhir. */
export async function startFileServer(
  files: readonly DataFile[],
  manner: Manner = {},
): Promise<FileServer> {
  // Another machine in truth: not in the session of who asks, which the suite serve puts before all others.
  const child = await startChild("file-server-process", { ownSession: true });
  child.send({ files, manner });
  const { url } = await child.answer<{ url: string }>();
  return {
    url,
    deliveries() {
      child.send("deliveries");
      return child.answer<number[]>();
    },
    stop: () => child.disconnect(),
  };
}

/** `work` with a server, which is stopped whatever comes of it. */
export async function withFileServer<T>(
  files: readonly DataFile[],
  work: (server: FileServer) => Promise<T>,
  manner?: Manner,
): Promise<T> {
  const server = await startFileServer(files, manner);
  try {
    return await work(server);
  } finally {
    server.stop();
  }
}
