import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Failure } from "@/lib/contract/failure";
import { AppError } from "@/lib/errors";
import { type Access, type Actor, may } from "@/lib/session/actor";
import { actorOfHeader } from "@/lib/session/api-keys";
import { callerAddress } from "@/lib/session/caller-address";
import { currentPerson } from "@/lib/session/current-person";
import { log } from "@/lib/settings/log";
import { underTest } from "@/lib/settings/under-test";
import { readBody } from "./read-body";

/** What a handler says of itself: its requests are checked by it and the API's description made of it. */
export type Declared = {
  access: Access;
  query?: z.ZodType;
  body?: z.ZodType;
  params?: z.ZodType;
  /** the JSON of its answer */
  answer?: z.ZodType;
  /** answers 201 in place of 200 */
  created?: boolean;
  /** answers line by line (NDJSON), one of these each */
  lines?: z.ZodType;
  /** answers with a file of this type, always or when asked */
  file?: string;
};

type Options<Q, B, P, R> = Declared & {
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  params?: z.ZodType<P>;
  answer?: z.ZodType<R>;
};

type Input<Q, B, P, A extends Access> = {
  actor: A extends "public" ? Actor | null : Actor;
  query: Q;
  body: B;
  params: P;
  request: Request;
};

type Context = { params?: Promise<Record<string, string | string[] | undefined>> };

const bodyLimit = 4 * 1024 * 1024;

/** Secrets and patient data never stand in what a person is told; so neither do unknown errors. */
function failureOf(error: unknown, request: Request): AppError {
  if (error instanceof AppError) return error;
  const cause = error as { code?: string; name?: string; message?: string };
  const lost =
    ["ECONNREFUSED", "ECONNRESET", "57P01", "57P03", "08006", "P1001", "P1017", "P2024"].includes(
      cause?.code ?? "",
    ) ||
    /Connection terminated|timeout exceeded when trying to connect|Can't reach database|DriverAdapterError: (DatabaseNotReachable|ConnectionClosed)/i.test(
      `${cause?.name}: ${cause?.message}`,
    );
  if (lost)
    return new AppError("database-unavailable", { reason: cause.code ?? "connection lost" });
  const reference = randomUUID().slice(0, 8);
  log().error({ err: error, reference, path: new URL(request.url).pathname }, "unexpected error");
  return new AppError("internal", { reference }, { cause: error });
}

function answerOf(error: AppError): Response {
  const body: Failure = {
    error: error.message,
    code: error.code,
    params: error.params,
    ...(error.evidence ? { details: error.evidence } : {}),
  };
  const headers = new Headers({ "Cache-Control": "no-store" });
  if (error.status === 401) headers.set("WWW-Authenticate", 'Bearer realm="Bulkhouse"');
  if (error.retryAt) {
    const seconds = Math.max(1, Math.ceil((error.retryAt.getTime() - Date.now()) / 1000));
    headers.set("Retry-After", String(seconds));
  }
  return Response.json(body, { status: error.status, headers });
}

const reasonOf = (error: z.ZodError) =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`)
    .join("; ");

function checked<T>(schema: z.ZodType<T> | undefined, value: unknown): T {
  if (!schema) return value as T;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError("invalid-request", { reason: reasonOf(parsed.error) });
  return parsed.data;
}

/**
 * A cookie travels by itself, and so does a Basic password that a browser keeps: what changes
 * something must come from our own pages. Scripts send neither header.
 */
function refuseForeignSite(request: Request): void {
  if (["GET", "HEAD"].includes(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  // Of several proxies the first one is what the browser saw (as in originOf).
  const forwarded = request.headers.get("x-forwarded-host")?.split(",")[0]?.trim();
  const host = forwarded || request.headers.get("host");
  const foreign = site
    ? !["same-origin", "none"].includes(site)
    : origin !== null && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (foreign) throw new AppError("cross-site");
}

async function actorOf(request: Request): Promise<Actor | null> {
  const from = callerAddress(request.headers.get("x-forwarded-for"));
  const byKey = await actorOfHeader(request.headers.get("authorization"), from);
  if (byKey) {
    refuseForeignSite(request);
    return byKey;
  }
  const person = await currentPerson();
  if (!person) return null;
  refuseForeignSite(request);
  return { kind: "person", label: person.email, userId: person.userId, role: person.role };
}

const holdsNul = (value: unknown) => typeof value === "string" && value.includes("\u0000");

/** PostgreSQL's text cannot hold it: told here rather than as an error of the database. */
const nulIn = (where: string) =>
  new AppError("invalid-request", { reason: `${where} a NUL character` });

/** Nor can its jsonb hold half of a surrogate pair, which is what is left of a text that was cut. */
function storable(name: string, value: unknown): unknown {
  if (holdsNul(name) || holdsNul(value)) throw nulIn("the body holds");
  return typeof value === "string" ? value.toWellFormed() : value;
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await readBody(request, bodyLimit);
  if (text === "") return {};
  try {
    return JSON.parse(text, /\\u(0000|d[89a-f])/i.test(text) ? storable : undefined);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid-request", { reason: "the body is not JSON" }, { cause: error });
  }
}

function queryOf(request: Request): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  const search = new URL(request.url).searchParams;
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    if (values.some(holdsNul)) throw nulIn(`${name.slice(0, 40)}: holds`);
    query[name] = values.length > 1 ? values : (values[0] ?? "");
  }
  return query;
}

/** The parts of the path that have a name; where none has one, Next hands over nothing. */
async function paramsOf({ params }: Context): Promise<Record<string, unknown>> {
  const parts = (await params) ?? {};
  for (const [name, part] of Object.entries(parts)) {
    if ([part].flat().some(holdsNul)) throw nulIn(`${name}: holds`);
  }
  return parts;
}

/** bigint columns are counts and sizes, far below 2^53. */
const plain = (_name: string, value: unknown) =>
  typeof value === "bigint" ? Number(value) : value;

/**
 * In tests: an answer is what the handler declares, no field less and none more, for the API's
 * description is made of that.
 */
function asDeclared(schema: z.ZodType, answer: unknown): void {
  const options = schema instanceof z.ZodUnion ? (schema.options as z.ZodType[]) : [schema];
  const tries = options.map((option) => option.safeParse(answer));
  if (tries.some(({ success, data }) => success && isDeepStrictEqual(data, answer))) return;
  const reason = tries.map(({ error }) => (error ? reasonOf(error) : "undeclared fields"));
  throw new Error(`the answer is not what the route declares: ${reason.join(" | ")}`);
}

/**
 * The one wrapper that every handler is made with: who asks, may they, is what comes in valid, and
 * failures in one shape. The handler returns what becomes the JSON of a 200, or a Response.
 */
export function route<
  A extends Access,
  Q = Record<string, string | string[]>,
  B = unknown,
  P = Record<string, string>,
  R = unknown,
>(
  options: Options<Q, B, P, R> & { access: A },
  handle: (input: Input<Q, B, P, A>) => Promise<NoInfer<R> | Response>,
) {
  const answer = async (request: Request, context: Context): Promise<Response> => {
    try {
      const actor = options.access === "public" ? null : await actorOf(request);
      if (options.access !== "public") {
        if (!actor) throw new AppError("not-signed-in");
        if (!may(actor, options.access)) throw new AppError("forbidden");
      }
      const result = await handle({
        actor: actor as Input<Q, B, P, A>["actor"],
        query: checked(options.query, queryOf(request)),
        body: options.body ? checked(options.body, await bodyOf(request)) : (undefined as B),
        params: checked(options.params, await paramsOf(context)),
        request,
      });
      if (result instanceof Response) {
        if (request.method !== "HEAD") return result;
        // Next reads no body then: a file would stay open.
        await result.body?.cancel();
        return new Response(null, { status: result.status, headers: result.headers });
      }
      const text = JSON.stringify(result ?? {}, plain);
      if (underTest && options.answer) asDeclared(options.answer, JSON.parse(text));
      return new Response(text, {
        status: options.created ? 201 : 200,
        headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
      });
    } catch (error) {
      return answerOf(failureOf(error, request));
    }
  };
  const declared: Declared = options;
  return Object.assign(answer, { declared });
}
