import { isPortFree, nextFreePort } from "./free-port";
import { say } from "./say";

/**
 * The port that was asked for, or where nobody asked the first free one from `fallback` on.
 * @param asked PORT as it stands in the environment; empty is unset
 * @throws Error where the port that was asked for is busy
 */
export async function choosePort(asked: string | undefined, fallback = 3000): Promise<number> {
  if (!asked) {
    const port = await nextFreePort(fallback);
    if (port !== fallback)
      say.note(`Port ${fallback} is busy: using ${port}. (PORT sets another.)`);
    return port;
  }
  const port = Number(asked);
  if (await isPortFree(port)) return port;
  throw new Error(
    `Port ${port} (from PORT) is used by another program. End that program, or set PORT to a free ` +
      "one; without PORT the next free one is taken.",
  );
}
