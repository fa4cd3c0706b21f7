import { isIP } from "node:net";

/**
 * The caller's network address: the last of X-Forwarded-For, which the nearest proxy has seen; those before
 * it are claims. Without a proxy Next writes it, but only where the caller has not: then it is a claim too.
 * @returns null where it is none
 */
export function callerAddress(forwarded: unknown): string | null {
  const last = typeof forwarded === "string" ? forwarded.split(",").at(-1)?.trim() : undefined;
  const address = last?.replace(/^::ffff:(?=\d+\.)/i, "");
  return address && isIP(address) ? address : null;
}
