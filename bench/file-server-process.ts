import { createReadStream } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { DataFile } from "./data";

// A bulk server that has nothing to do but hand out files: kick-off, status, files from disk. The
// sandbox would make its lines while it is asked, and that is what would be measured.

export type Manner = {
  /** of each file, as a server does that makes them while it sends, or is far away; absent: as fast as it goes */
  bytesPerSecond?: number;
  /** the connection breaks in the middle of every file's first delivery */
  breaksFirst?: boolean;
};

export type Offer = { files: DataFile[]; manner: Manner };

const piecesPerSecond = 10;

/** Lets bytes through at an even rate. */
function throttle(bytesPerSecond: number): Transform {
  const startedAt = performance.now();
  let sent = 0;
  return new Transform({
    async transform(piece: Buffer, _encoding, done) {
      sent += piece.length;
      const due = startedAt + (sent / bytesPerSecond) * 1000;
      await sleep(Math.max(0, due - performance.now()));
      done(null, piece);
    },
  });
}

function deliver(file: DataFile, response: ServerResponse, manner: Manner, first: boolean): void {
  const breaks = manner.breaksFirst && first;
  response.writeHead(200, {
    "Content-Type": "application/fhir+ndjson",
    "Content-Length": file.bytes,
  });
  const { bytesPerSecond } = manner;
  const source = createReadStream(file.path, {
    highWaterMark: bytesPerSecond ? Math.ceil(bytesPerSecond / piecesPerSecond) : 1 << 18,
    end: breaks ? Math.floor(file.bytes / 2) : undefined,
  });
  if (breaks) source.on("end", () => response.destroy()).pipe(response, { end: false });
  else if (bytesPerSecond) source.pipe(throttle(bytesPerSecond)).pipe(response);
  else source.pipe(response);
  response.on("close", () => source.destroy());
}

function offer({ files, manner }: Offer): void {
  const deliveries = files.map(() => 0);
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    const url = new URL(request.url ?? "/", origin);
    const no = Number(/^\/file\/(\d+)$/.exec(url.pathname)?.[1] ?? -1);
    const file = files[no];
    if (file) {
      const before = deliveries[no] ?? 0;
      deliveries[no] = before + 1;
      deliver(file, response, manner, before === 0);
    } else if (request.method === "DELETE") {
      response.writeHead(202).end();
    } else if (url.pathname.endsWith("$export")) {
      response.writeHead(202, { "Content-Location": `${origin}/status` }).end();
    } else if (url.pathname === "/status") {
      response.writeHead(200, { "Content-Type": "application/json" }).end(
        JSON.stringify({
          transactionTime: new Date().toISOString(),
          request: `${origin}/fhir/$export`,
          requiresAccessToken: false,
          output: files.map(({ type }, place) => ({ type, url: `${origin}/file/${place}` })),
          error: [],
        }),
      );
    } else response.writeHead(404).end();
  });
  process.on("message", () => {
    process.send?.(deliveries);
    deliveries.fill(0);
  });
  server.listen(0, "127.0.0.1", () => {
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
}

process.once("message", offer);
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
