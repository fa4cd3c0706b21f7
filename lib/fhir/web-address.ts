import { AppError } from "@/lib/errors";

/**
 * Reads an address that came from a person or a server. Only http and https, without a user name
 * or password in it.
 * @param base what a relative address is relative to
 * @throws AppError url-invalid
 */
export function webAddress(text: string, base?: string): URL {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  if (!URL.canParse(text.trim(), base))
    throw new AppError("url-invalid", { url: shown, reason: "not_url" });
  const url = new URL(text.trim(), base);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new AppError("url-invalid", { url: shown, reason: "not_http" });
  }
  if (url.username || url.password) {
    throw new AppError("url-invalid", { url: withoutQuery(url.href), reason: "credentials" });
  }
  return url;
}

/** The address as messages and logs may show it: signed links carry their secret in the query. */
export function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url.split("?")[0] ?? "";
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
