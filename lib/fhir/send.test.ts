import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { readJson } from "./read-json";
import { readTimeout, send, setReadTimeout } from "./send";
import { serveForTests } from "./serve-for-tests";

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("no failure"),
    (error) => error as AppError,
  );

test("the token goes to the address itself and not along a redirect, to whichever host", async () => {
  const seen: [string, string | undefined][] = [];
  const stranger = await serveForTests((request, response) => {
    seen.push(["stranger", request.headers.authorization]);
    response.end("file");
  });
  const server = await serveForTests((request, response) => {
    seen.push([request.url ?? "", request.headers.authorization]);
    const location = request.url === "/a" ? "/b" : `${stranger}/signed?secret=1`;
    response.writeHead(307, { location }).end();
  });
  const response = await send({ url: `${server}/a`, token: "t" });
  expect(await response.text()).toBe("file");
  expect(seen).toEqual([
    ["/a", "Bearer t"],
    ["/b", undefined],
    ["stranger", undefined],
  ]);
});

test("a deletion never goes to another origin", async () => {
  const seen: string[] = [];
  const stranger = await serveForTests((request, response) => {
    seen.push(`${request.method} stranger`);
    response.end();
  });
  const server = await serveForTests((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(307, { location: request.url === "/a" ? "/b" : stranger }).end();
  });
  const response = await send({ url: `${server}/a`, method: "DELETE" });
  expect(response.status).toBe(307);
  expect(seen).toEqual(["DELETE /a", "DELETE /b"]);
});

test("a form never goes to another origin, and stays a form on its own", async () => {
  const seen: string[] = [];
  const stranger = await serveForTests((_request, response) => {
    seen.push("stranger");
    response.end();
  });
  const server = await serveForTests(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push(`${request.method} ${request.url} ${body}`);
    const location = request.url === "/a" ? "/b" : stranger;
    response.writeHead(301, { location }).end();
  });
  const response = await send({ url: `${server}/a`, method: "POST", body: "x=1" });
  expect(response.status).toBe(301);
  expect(seen).toEqual(["POST /a x=1", "POST /b x=1"]);
});

test("a server that sends us on and on is left after five times", async () => {
  let asked = 0;
  const server = await serveForTests((_request, response) => {
    asked++;
    response.writeHead(302, { location: `/${asked}` }).end();
  });
  const error = await failure(send({ url: server }));
  expect([error.code, error.params.reason, asked]).toEqual([
    "url-invalid",
    "too_many_redirects",
    6,
  ]);
});

test("a redirect to a file or from https to http is not followed", async () => {
  const server = await serveForTests((_request, response) => {
    response.writeHead(302, { location: "file:///etc/passwd" }).end();
  });
  expect((await failure(send({ url: server }))).code).toBe("url-invalid");
  const secure = async () =>
    new Response("", { status: 302, headers: { location: "http://x.org" } });
  const error = await failure(send({ url: "https://x.org" }, { fetch: secure }));
  expect(error.params.reason).toBe("downgrade");
});

test("any status is an answer", async () => {
  const server = await serveForTests((_request, response) => response.writeHead(503).end("later"));
  const response = await send({ url: server });
  expect([response.status, await response.text()]).toEqual([503, "later"]);
});

test("a status that HTTP does not have is an error of the server, not a cut connection", async () => {
  const server = await serveForTests((_request, response) => response.writeHead(799).end("odd"));
  const error = await failure(send({ url: server }));
  expect([error.code, error.params.status, error.retryable]).toEqual(["server-error", 799, true]);
});

test.each(["zstd", "x-foo", "gzip, x-foo"])(
  "a body that is compressed as %s is refused by that name, and an error is still one",
  async (encoding) => {
    const server = await serveForTests((request, response) => {
      const status = request.url === "/gone" ? 404 : 200;
      response.writeHead(status, { "content-encoding": encoding }).end("no letters");
    });
    const error = await failure(send({ url: `${server}/file` }));
    expect(error.code).toBe("encoding-unknown");
    expect(error.message).toContain(`“${encoding}”`);
    expect((await send({ url: `${server}/gone` })).status).toBe(404);
  },
);

test("a body that is compressed twice, or not at all by name, is read", async () => {
  const server = await serveForTests((request, response) => {
    const twice = request.url === "/twice";
    const encoding = twice ? "deflate, gzip" : "identity";
    response
      .writeHead(200, { "content-encoding": encoding })
      .end(twice ? gzipSync(deflateSync("text")) : "text");
  });
  expect(await (await send({ url: `${server}/twice` })).text()).toBe("text");
  expect(await (await send({ url: `${server}/plain` })).text()).toBe("text");
});

test("a token that no header can carry is told without it", async () => {
  const error = await failure(send({ url: "https://x.org", token: "secret\nX-Other: 1" }));
  expect(error.code).toBe("bearer-refused");
  expect(JSON.stringify([error.message, error.params, String(error.cause)])).not.toMatch(/secret/);
});

test("a body that drips for ever is a timeout", async () => {
  let drip: NodeJS.Timeout | undefined;
  onTestFinished(() => clearInterval(drip));
  const server = await serveForTests((_request, response) => {
    response.writeHead(200).write("[");
    drip = setInterval(() => response.write(" "), 10);
  });
  const before = readTimeout();
  onTestFinished(() => setReadTimeout(before));
  setReadTimeout(100);
  const error = await failure(readJson(await send({ url: server })));
  expect(error.code).toBe("timeout-exceeded");
});

test("silence before the headers is a timeout, in the words that people search for", async () => {
  const server = await serveForTests(() => {});
  const error = await failure(send({ url: server, readTimeoutMs: 1_000 }));
  expect(error.code).toBe("timeout-exceeded");
  expect(error.message).toBe(
    `Timeout exceeded: ${new URL(server).host} took longer than 1 seconds.`,
  );
  expect(error.retryable).toBe(true);
});

test("a port where nothing listens and a name that nobody knows are unreachable, each by its reason", async () => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const refused = await failure(send({ url: `http://127.0.0.1:${port}` }));
  expect([refused.code, refused.params.reason]).toEqual(["host-unreachable", "refused"]);
  const unknown = await failure(send({ url: "http://nobody.invalid" }));
  expect(unknown.code).toBe("host-unreachable");
  expect(unknown.params.host).toBe("nobody.invalid");
});

test("https to a port that speaks http is told as such", async () => {
  const server = await serveForTests((_request, response) => response.end());
  const error = await failure(send({ url: server.replace("http:", "https:") }));
  expect([error.code, error.params.reason]).toEqual(["host-unreachable", "not_tls"]);
});

test.each([
  ["CERT_HAS_EXPIRED", "expired"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "self_signed"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unknown_authority"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "other_host"],
  ["CERT_REJECTED", "CERT_REJECTED"],
])("certificate error %s is told as such", async (code, reason) => {
  const fetch = async () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error("tls"), { code }) });
  };
  const error = await failure(send({ url: "https://x.org" }, { fetch }));
  expect([error.code, error.params.reason]).toEqual(["certificate-refused", reason]);
  expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
});

test("a connection that is cut is told as such, before the headers and in the body", async () => {
  let cut = () => {};
  const server = await serveForTests((request, response) => {
    cut = () => response.destroy();
    if (request.url === "/body") {
      response.writeHead(200, { "content-length": 1000 }).write('{"a":');
    } else request.socket.destroy();
  });
  expect((await failure(send({ url: `${server}/head` }))).code).toBe("connection-cut");
  const response = await send({ url: `${server}/body` });
  cut();
  expect((await failure(readJson(response))).code).toBe("connection-cut");
});

test("who gives up gets his own reason back", async () => {
  const controller = new AbortController();
  const reason = new Error("lease lost");
  const server = await serveForTests(() => controller.abort(reason));
  expect(await failure(send({ url: server, signal: controller.signal }))).toBe(reason);
});

test("JSON is read whatever it is called; a page or too much of it is refused", async () => {
  const page = (body: string, type: string) =>
    Object.defineProperty(new Response(body, { headers: { "content-type": type } }), "url", {
      value: "https://x.org/fhir/metadata?secret=1",
    });
  expect(await readJson(page('\uFEFF{"a":1}', "text/plain"))).toEqual({ a: 1 });
  const error = await failure(readJson(page("<html>", "text/html; charset=utf-8")));
  expect(error.params).toEqual({ url: "https://x.org/fhir/metadata", contentType: "text/html" });
  expect(
    (await failure(readJson(page(`"${"x".repeat(5000)}"`, "application/json"), { bytes: 1000 })))
      .code,
  ).toBe("not-fhir");
});
