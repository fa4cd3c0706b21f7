import { AppError } from "@/lib/errors";

/**
 * Reads an address that came from a person or a server. Only http and https, without a user name
 * or password in it.
 * @param base what a relative address is relative to
 * @throws AppError url-invalid
 */
export function webAddress(text: string, base?: string): URL {
  const shown = presentable(text);
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

/** What cannot be read as an address, without what may be secret in it: query and user name. */
function presentable(text: string): string {
  const open = text.replace(/[?#].*$/s, "").replace(/[^/\s]*@/g, "…@");
  return open.length > 200 ? `${open.slice(0, 200)}…` : open;
}

/**
 * An address as an https server means it. Behind a proxy that ends TLS many a server names itself
 * with http://, and token and data would then travel in the open: it is asked over TLS.
 * @param from the address that was asked
 * @returns `url`, or the same address at `from`'s https host
 */
export function keepTls(url: URL, from: string): URL {
  const asked = new URL(from);
  const itself = url.hostname === asked.hostname && url.port === "";
  if (asked.protocol !== "https:" || url.protocol !== "http:" || !itself) return url;
  return new URL(`${asked.origin}${url.pathname}${url.search}${url.hash}`);
}

/** The address as messages and logs may show it: signed links carry their secret in the query. */
export function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url.split("?")[0] ?? "";
  const { protocol, origin, pathname } = new URL(url);
  return `${origin === "null" ? protocol : origin}${pathname}`;
}
