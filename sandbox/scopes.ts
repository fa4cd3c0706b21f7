/** A system scope that can read: `system/Patient.rs`, `system/*.read`, `system/*.*`. */
const systemScope = /^system\/(\*|[A-Z][A-Za-z]*)\.(read|write|\*|c?r?u?d?s?)(\?.*)?$/;

/**
 * The types that a granted scope lets a client read: "*" or a set of names.
 *
 * @throws Error with the reason in words when a scope is not one of SMART's system scopes
 *   (versions 1 and 2, or of the one version given), or nothing among them can be read.
 */
export function readableTypes(scope: string, version?: "v1" | "v2"): "*" | Set<string> {
  const types = new Set<string>();
  for (const one of scope.split(/\s+/).filter(Boolean)) {
    if (!one.startsWith("system/"))
      throw new Error(
        `Only system-level scopes are allowed for bulk data export (bad scope: "${one}")`,
      );
    const match = systemScope.exec(one);
    const first = match && ["read", "write", "*"].includes(match[2] as string);
    if (match && version && first !== (version === "v1"))
      throw new Error(`This server takes scopes of version ${version.slice(1)} only: "${one}"`);
    if (!match || match[2] === "") throw new Error(`Invalid scope: "${one}"`);
    const actions = match[2] as string;
    if (actions === "read" || actions === "*" || (actions !== "write" && actions.includes("r")))
      types.add(match[1] as string);
  }
  if (types.size === 0) throw new Error(`No scope in "${scope}" allows reading`);
  return types.has("*") ? "*" : types;
}
