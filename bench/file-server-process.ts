import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { DataFile } from "./data";

// A bulk server that has nothing to do but hand out files: kick-off, status, files from disk. The
// sandbox would make its lines while it is asked, and that is what would be measured.

process.once("message", (files: DataFile[]) => {
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    const url = new URL(request.url ?? "/", origin);
    const file = files[Number(/^\/file\/(\d+)$/.exec(url.pathname)?.[1] ?? -1)];
    if (file) {
      response.writeHead(200, {
        "Content-Type": "application/fhir+ndjson",
        "Content-Length": file.bytes,
      });
      createReadStream(file.path, { highWaterMark: 1 << 18 }).pipe(response);
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
          output: files.map(({ type }, no) => ({ type, url: `${origin}/file/${no}` })),
          error: [],
        }),
      );
    } else response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1", () => {
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
});
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
