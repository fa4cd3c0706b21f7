import { type NextRequest, NextResponse } from "next/server";

/**
 * Tells pages the path they are asked for, which Next does not: who is not signed in comes back to
 * it afterwards (lib/session/require-person). Decides nothing: pages and handlers check for themselves.
 */
export function proxy(request: NextRequest) {
  const url = new URL(request.nextUrl);
  url.searchParams.delete("_rsc");
  const headers = new Headers(request.headers);
  headers.set("x-path", url.pathname + url.search);
  return NextResponse.next({ request: { headers } });
}

/** Pages of the console alone: uploads and downloads pass by untouched. */
export const config = { matcher: "/((?!api/|_next/|sign-in|welcome|.*\\..*).*)" };
