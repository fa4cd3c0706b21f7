import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { AppError } from "@/lib/errors";
import { readBody } from "@/lib/http/read-body";
import { authOptions } from "@/lib/session/auth-options";

type Context = { params: Promise<{ nextauth: string[] }> };

/** E-mail, password and next-auth's own token. */
const bodyLimit = 64 * 1024;

// Options are made at the first request, not at import: a build has no secrets.
const handler = (request: NextRequest, context: Context) =>
  NextAuth(request, context as never, authOptions()) as Promise<Response>;

export { handler as GET };

/** Strangers may call this, and next-auth reads whatever comes: it gets a body that has an end. */
export async function POST(request: NextRequest, context: Context): Promise<Response> {
  try {
    const body = await readBody(request, bodyLimit);
    const { url, method, headers } = request;
    return await handler(new NextRequest(url, { method, headers, body }), context);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message, code, params, status } = error;
    return Response.json({ error: message, code, params }, { status });
  }
}
