import { env } from "@/lib/settings/env";

/**
 * The address under which the caller reached us, "https://bulkhouse.example.org": what a link that
 * is sent to somebody has to start with. NEXTAUTH_URL says it where somebody set it (the starter's own value is
 * localhost), else a proxy's X-Forwarded-* headers, else the request.
 */
export function originOf(request: Request): string {
  const set = env().NEXTAUTH_URL;
  if (set && new URL(set).hostname !== "localhost") return new URL(set).origin;
  const first = (name: string) => request.headers.get(name)?.split(",")[0]?.trim();
  const url = new URL(request.url);
  const host = first("x-forwarded-host") || first("host") || url.host;
  const protocol = first("x-forwarded-proto") || url.protocol.replace(":", "");
  const origin = `${protocol === "https" ? "https" : "http"}://${host}`;
  return URL.canParse(origin) ? new URL(origin).origin : url.origin;
}
