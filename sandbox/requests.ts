import type { MiddlewareHandler } from "hono";
import type { Env } from "./context";

/** A request as it arrived: for tests of what a client sends where. No bodies, no token values. */
export interface RecordedRequest {
  at: string;
  method: string;
  /** With the origin that it was sent to. */
  url: string;
  /** It came to the other origin. */
  elsewhere: boolean;
  /** A token came along. */
  authorization: boolean;
  /** All headers but Authorization and cookies. */
  headers: Record<string, string>;
  /** Parameters of a kick-off, by GET or POST. */
  parameters?: [name: string, value: string][];
  status: number;
}

const kept = 10_000;

/** Keeps the last requests; those of the sandbox's own pages (/sent, /control) are not kept. */
export class Requests {
  readonly list: RecordedRequest[] = [];

  readonly record: MiddlewareHandler<Env> = async (c, next) => {
    const { pathname } = new URL(c.req.url);
    if (!/^\/(fhir|auth|\.well-known)\//.test(pathname)) return next();
    const { authorization, cookie: _, ...headers } = c.req.header();
    const at = new Date().toISOString();
    await next();
    const parameters = c.get("parameters");
    const already = c.res.headers.has("x-hono-already-sent");
    this.list.push({
      at,
      method: c.req.method,
      url: c.req.url,
      elsewhere: c.env.elsewhere === true,
      authorization: authorization !== undefined,
      headers,
      ...(parameters ? { parameters } : {}),
      status: already ? c.env.outgoing.statusCode : c.res.status,
    });
    if (this.list.length > kept) this.list.splice(0, this.list.length - kept);
  };
}
