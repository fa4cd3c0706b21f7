import { createServer } from "node:net";

const tryPort = (port: number, host?: string) =>
  new Promise<number | undefined>((resolve) => {
    const server = createServer();
    server.unref();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === "object" && address ? address.port : undefined),
      );
    });
  });

/** Is the port free on every address and on the loopback, where a development server often sits? */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined && (await tryPort(port, "127.0.0.1")) !== undefined;
}

/**
 * The preferred port where it is free, else whichever the system gives.
 * @param preferred 0 for any
 */
export async function freePort(preferred: number): Promise<number> {
  if (preferred !== 0 && (await isPortFree(preferred))) return preferred;
  const port = await tryPort(0, "127.0.0.1");
  if (port === undefined) throw new Error("There is no free port on 127.0.0.1.");
  return port;
}

/**
 * The first free port from `first` on.
 * @throws Error where a hundred in a row are busy
 */
export async function nextFreePort(first: number): Promise<number> {
  for (let port = first; port < first + 100 && port <= 65_535; port++) {
    if (await isPortFree(port)) return port;
  }
  throw new Error(`There is no free port from ${first} on.`);
}
