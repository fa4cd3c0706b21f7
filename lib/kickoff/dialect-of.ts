import type { Dialect } from "@/lib/contract/export-request";

/**
 * The dialect that a server says it speaks: by the version of Bulk Data Access that its
 * CapabilityStatement claims, else by its name where that is known to differ from the standard.
 * @returns null where it says nothing that tells
 */
export function dialectOf(server: {
  software: string | null;
  instantiates: string[];
}): Dialect | null {
  const majors = server.instantiates
    .map((address) => /\/uv\/bulkdata\b[^|]*\|v?(\d+)(?:\.|$)/i.exec(address)?.[1])
    .filter((major) => major !== undefined)
    .map(Number);
  const newest = Math.max(0, ...majors);
  if (newest >= 4) return "post";
  // Takes no repeated _type, in whichever version (comment in smart-fetch).
  if (/\bcerner\b|oracle health|\bmillennium\b/i.test(server.software ?? "")) return "comma";
  if (newest >= 2) return "mixed";
  return newest === 1 ? "comma" : null;
}
