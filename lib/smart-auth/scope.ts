/**
 * The scope to ask for: what the person set, else read access to everything in the dialect that
 * the server speaks (SMART App Launch 2.2, Scopes: `.rs` in version 2, `.read` in version 1), else
 * one scope a type where the server lists only those.
 */
export function chooseScope(input: {
  explicit?: string | null;
  scopesSupported: string[];
  capabilities: string[];
}): string {
  const explicit = input.explicit?.trim().replace(/\s+/g, " ");
  if (explicit) return explicit;
  const listed = input.scopesSupported.filter((scope) => scope.startsWith("system/"));
  const has = (pattern: RegExp) => listed.some((scope) => pattern.test(scope));
  if (has(/^system\/\*\.c?ru?d?s$/)) return "system/*.rs";
  if (has(/^system\/\*\.(read|\*)$/)) return "system/*.read";

  const types = (pattern: RegExp, suffix: string) => [
    ...new Set(
      listed
        .map((scope) => pattern.exec(scope)?.[1])
        .filter((type) => type !== undefined)
        .map((type) => `system/${type}.${suffix}`),
    ),
  ];
  const second = types(/^system\/([A-Z][A-Za-z]+)\.c?ru?d?s$/, "rs");
  if (second.length > 0) return second.join(" ");
  const first = types(/^system\/([A-Z][A-Za-z]+)\.(?:read|\*)$/, "read");
  if (first.length > 0) return first.join(" ");
  return input.capabilities.includes("permission-v2") ? "system/*.rs" : "system/*.read";
}
