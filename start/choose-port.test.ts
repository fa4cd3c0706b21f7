import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { choosePort } from "./choose-port";
import { freePort } from "./free-port";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function busyPort(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, host, () => resolve((server.address() as { port: number }).port));
  });
}

test("a port that was asked for and is busy is named, with what to do", async () => {
  const port = await busyPort("127.0.0.1");
  await expect(choosePort(String(port))).rejects.toThrow(
    `Port ${port} (from PORT) is used by another program`,
  );
});

test("a port that was asked for and is free is taken", async () => {
  const port = await freePort(0);
  expect(await choosePort(String(port))).toBe(port);
});

test("where no port was asked for, the next free one is taken", async () => {
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    const port = await busyPort(host);
    expect(await choosePort(undefined, port)).toBeGreaterThan(port);
    expect(await choosePort("", port)).toBeGreaterThan(port);
  }
});
