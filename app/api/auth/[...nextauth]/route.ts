import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/lib/session/auth-options";

type Context = { params: Promise<{ nextauth: string[] }> };

// Options are made at the first request, not at import: a build has no secrets.
const handler = (request: NextRequest, context: Context) =>
  NextAuth(request, context as never, authOptions()) as Promise<Response>;

export { handler as GET, handler as POST };
